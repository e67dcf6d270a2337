import { describe, expect, it } from '@jest/globals';
import { printUnanswered, type Unanswered } from '../../../src/cli/output/print-error.ts';
import { fakeIo } from '../fake-io.ts';

function printed(...errors: readonly (readonly [string, string])[]): string {
  const io = fakeIo();
  printUnanswered(
    errors.map(([host, message]): Unanswered => ({ host, outcome: 'unreachable', message })),
    io,
  );
  return io.written.stderr;
}

describe('printUnanswered', () => {
  it('says once what is the same of several hosts, whatever stands between them', () => {
    expect(printed(['kvm1', 'ada@kvm1 is shy'], ['kvm2', 'kvm2 is gone'], ['kvm3', 'ada@kvm3 is shy'])).toBe(
      'kvmplay: kvm1: unreachable: ada@kvm1 is shy\n  the same of kvm3\nkvmplay: kvm2: unreachable: kvm2 is gone\n',
    );
  });

  it('does not take a number for a host', () => {
    expect(printed(['1', 'exit code 1'], ['2', 'exit code 2'])).toBe(
      'kvmplay: 1: unreachable: exit code 1\nkvmplay: 2: unreachable: exit code 2\n',
    );
  });
});
