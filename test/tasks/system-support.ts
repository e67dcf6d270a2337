import { describeChange } from '../../src/changes/index.ts';
import { fakeHost, type FakeHost, type FakeHostOptions } from '../../src/testing.ts';

/** What a task changes on a fake host, a line for each change. */
export async function linesOf(
  options: FakeHostOptions,
  perform: (host: FakeHost) => Promise<unknown>,
): Promise<readonly string[]> {
  const host = fakeHost(options);
  await perform(host);
  return host.changes.map(describeChange);
}

/** A host to which somebody logs in who is not root. */
export const notRoot: FakeHostOptions = { platform: { isRoot: false } };
