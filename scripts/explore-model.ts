import { scenarios } from '../test/protocol/support/scenarios.ts';
import { explore, needSpin, readModel } from '../test/protocol/support/spin.ts';

/** `npm run test:model -- [--all] [MINUTES]`: explores the scenarios one after the other, `--all` also those that take long. */
export async function main(args: readonly string[]): Promise<number> {
  await needSpin();
  const model = await readModel();
  const seconds = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 60) * 60;
  let lost = 0;
  for (const { name, flags, isQuick } of scenarios) {
    if (!isQuick && !args.includes('--all')) continue;
    const end = await explore(model, flags, { seconds });
    process.stdout.write(
      `${end.verdict.padEnd(10)} ${String(end.states).padStart(10)} states ${String(end.seconds).padStart(7)} s  ${name}\n`,
    );
    if (end.verdict === 'lost') lost += 1;
  }
  return lost === 0 ? 0 : 1;
}
