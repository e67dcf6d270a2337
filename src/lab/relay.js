// Runs inside the lab's network namespace and holds it. The listening sockets come from the process that made the lab: a
// socket belongs to the namespace it was made in, so they accept outside, while connections made here go inside.
import { connect } from 'node:net';

let count = 0;

process.on('message', ({ host, port }, server) => {
  server.on('connection', (outer) => relay(outer, { host, port }));
  server.on('error', (error) => console.error(`${host}:${port}: ${error.message}`));
  count += 1;
  process.send({ listening: count });
});

// Without a listener the process would end with the one that made it.
process.on('disconnect', () => undefined);
setInterval(() => undefined, 2 ** 30);

function relay(outer, target) {
  const inner = connect({ ...target, noDelay: true, allowHalfOpen: true });
  outer.setNoDelay(true);
  outer.pipe(inner);
  inner.pipe(outer);
  // An error on one side becomes a reset on the other, not an orderly end.
  inner.on('error', () => outer.resetAndDestroy());
  outer.on('error', () => inner.resetAndDestroy());
  inner.on('close', () => outer.destroy());
  outer.on('close', () => inner.destroy());
}
