import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A wire that can be cut: forwards connections to a port of this machine. */
export interface Proxy {
  readonly port: number;
  /** Connections so far. */
  readonly count: () => number;
  /** Ends all connections with a TCP reset. */
  reset(): void;
  /** Swallows everything from now on, without ending anything. */
  blackHole(): void;
  stop(): Promise<void>;
}

export async function startProxy(target: number): Promise<Proxy> {
  const clients = new Set<Socket>();
  const sockets = new Set<Socket>();
  let count = 0;
  // Half open: a wire does not say goodbye by itself.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    count++;
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      sockets.add(socket);
    }
    clients.add(client);
    client.pipe(upstream);
    upstream.pipe(client);
  });

  return {
    port: await listen(server),
    count: () => count,
    reset() {
      for (const client of clients) client.resetAndDestroy();
    },
    blackHole() {
      for (const socket of sockets) socket.unpipe().resume();
    },
    stop: () => stopServer(server, sockets),
  };
}

/** Lets `work` use a server that treats each connection as told. */
export async function withServer<T>(
  onConnection: (socket: Socket) => void,
  work: (server: { readonly port: number; readonly count: () => number }) => Promise<T>,
): Promise<T> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const port = await listen(server);
  try {
    return await work({ port, count: () => count });
  } finally {
    await stopServer(server, sockets);
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function stopServer(server: Server, sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
}
