import { parseTransactionResult } from '../../../src/engine/transaction/transaction-result.ts';
import { endScript } from '../../../src/engine/transaction/transaction-script.ts';
import type { Lab } from '../../../src/lab/index.ts';

/** Ends what is under way on a host, as `guard confirm` and `guard rollback` do; prints how it ended. */
export async function endOn(lab: Lab, host: string, way: 'commit' | 'rollback'): Promise<string> {
  const id = (await lab.run(host, idScript)).stdout.trim();
  if (id === '') return 'none';
  const { stdout } = await lab.run(host, endScript(id, way, 60), { timeout: 100_000 });
  return parseTransactionResult(stdout).outcome;
}

const idScript = `ls /run/kvmplay 2>/dev/null | sed -n 's/^token[.][a-z]*[.]\\([^.]*\\)[.].*/\\1/p'`;

/** Has a program take its time at calls that a regular expression of egrep matches, while the token has a phase. */
export function slow(program: string, seconds: number, { calls = '.*', phase = '[acrs]*' } = {}): string {
  return `real=$(command -v ${program}); cat > /usr/local/bin/${program} <<END
#!/bin/sh
if ls /run/kvmplay/token.${phase}.* >/dev/null 2>&1 && echo "\\$*" | grep -Eq -- '${calls}'; then sleep ${String(seconds)}; fi
exec $real "\\$@"
END
chmod 755 /usr/local/bin/${program}`;
}

/** Resolves when the token has one of these phases, as a pattern of the shell. */
export async function untilPhase(lab: Lab, host: string, phase: string): Promise<void> {
  await lab.read(host, `until ls /run/kvmplay/token.${phase}.* >/dev/null 2>&1; do sleep 0.05; done`);
}

/** Kills the holder of the token with its session, or the guard, or nobody where there is none. */
export const killers = {
  holder: `p=$(ls /run/kvmplay | sed -n 's/^token[.].*[.]\\([0-9]*\\)-[0-9]*$/\\1/p'); [ -z "$p" ] || kill -9 -- "-$p" 2>/dev/null; true`,
  guard: `for p in $(ls /run/kvmplay/2*/ 2>/dev/null | sed -n 's/^guard[.]\\([0-9]*\\)-.*/\\1/p'); do
  grep -q transaction /proc/$p/cmdline 2>/dev/null && kill -9 "$p"; done
# The guard's session lives as long as the sleep it waits for.
sleep 2`,
} as const;

/** What anybody does who looks at a host: a guard that is missing is started. */
export const look = `set -- $(ls /run/kvmplay 2>/dev/null | sed -n 's/^token[.][a-z]*[.]\\([^.]*\\)[.].*/\\1/p')
[ ! -e "/run/kvmplay/$1/transaction" ] || sh "/run/kvmplay/$1/transaction" status >/dev/null 2>&1 </dev/null; true`;
