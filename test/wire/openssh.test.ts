import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccount, type Account } from './support/account.ts';
import { transportTo } from './support/host.ts';
import { prepareMachine } from './support/machine.ts';
import { startSshd, type Sshd } from './support/sshd.ts';
let sshd: Sshd;
let account: Account;
beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  sshd = await startSshd();
}, 180_000);
afterAll(async () => {
  await sshd.stop();
  await account.remove();
}, 30_000);
describe('a connection by openssh', () => {
  it("tells a script's exit code 255 from the one of ssh", async () => {
    const connection = await transportTo(sshd, account.name, { connection: 'openssh' }).connect();

    const result = await connection.exec('echo out; printf err >&2; exit 255');

    expect(result).toEqual({ code: 255, stdout: 'out\n', stderr: 'err' });
    await connection.close();
  });
});
