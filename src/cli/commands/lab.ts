import { spawn } from 'node:child_process';
import { labDown, labUp, openLab } from '../../lab/index.ts';
import { quoteCommand } from '../../transports/shell-quote.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { inFolder, resolvePath } from '../paths.ts';
import type { labDownSpec, labRebootSpec, labSshSpec, labStatusSpec, labUpSpec } from './specs.ts';

export async function startLab(
  { options }: CommandArguments<typeof labUpSpec.options>,
  io: CliIo,
): Promise<number> {
  const lab = await labUp(resolvePath(options.directory, io.cwd), {
    hosts: options.hosts,
    onProgress: (message) => io.stderr.write(`${message}\n`),
  });
  const inventory = inFolder(lab.inventoryFile, io.cwd);
  const names = lab.hosts.map(({ name }) => name).join(', ');
  io.stdout.write(`The lab is up: ${names}. Its inventory is ${inventory}.\n`);
  io.stdout.write(`Next: kvmplay show -i ${inventory}\n`);
  return exitCodes.done;
}

export async function printLabStatus(
  { options }: CommandArguments<typeof labStatusSpec.options>,
  io: CliIo,
): Promise<number> {
  const lab = await openLab(resolvePath(options.directory, io.cwd));
  for (const host of lab.status()) {
    io.stdout.write(`${host.name}  ${host.isUp ? 'up' : 'down'}  127.0.0.1 port ${host.port}\n`);
  }
  return exitCodes.done;
}

/** Returns the exit code of the command. */
export async function logInToLabHost(
  { words: [name = '', ...command], options }: CommandArguments<typeof labSshSpec.options>,
  io: CliIo,
): Promise<number> {
  const lab = await openLab(resolvePath(options.directory, io.cwd));
  const remote = command.length === 0 ? [] : [quoteCommand(command)];
  return runInTerminal([...lab.sshCommand(name), ...remote]);
}

export async function rebootLabHost(
  { words: [name = ''], options }: CommandArguments<typeof labRebootSpec.options>,
  io: CliIo,
): Promise<number> {
  const lab = await openLab(resolvePath(options.directory, io.cwd));
  await lab.reboot(name);
  io.stdout.write(`${name} has rebooted and accepts SSH.\n`);
  return exitCodes.done;
}

export async function stopLab(
  { options }: CommandArguments<typeof labDownSpec.options>,
  io: CliIo,
): Promise<number> {
  const stopped = await labDown(resolvePath(options.directory, io.cwd));
  io.stdout.write(
    stopped ? `The lab in ${options.directory} is down.\n` : `There is no lab in ${options.directory}.\n`,
  );
  return exitCodes.done;
}

function runInTerminal([program = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? exitCodes.couldNotStart));
  });
}
