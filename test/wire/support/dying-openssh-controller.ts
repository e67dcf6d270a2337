import { transportTo } from './host.ts';

/** A controller that is killed while a script runs over the ssh program. */
export async function main([sshd = '{}', user = '']: string[]): Promise<number> {
  const transport = transportTo(JSON.parse(sshd) as Parameters<typeof transportTo>[0], user, {
    connection: 'openssh',
  });
  const connection = await transport.connect();
  void connection.exec('sleep 30');
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.kill(process.pid, 'SIGKILL');
  return 0;
}
