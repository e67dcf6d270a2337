// Runs the tests of one room, and again whenever a file changes: `npm run watch -- engine`, `npm run watch -- cli/playbooks`.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const rings = ['terminal', 'wire', 'peers', 'lab', 'faults'];
const noRooms = ['fixtures', 'support', 'types', 'rooms'];
const [name = '', ...more] = process.argv.slice(2);
const room = name.replace(/^\.?\/?((src|test)\/)?/, '').replace(/\/$/, '');

if (room === '' || !isRoom(room)) {
  const rooms = readdirSync(join(root, 'test')).filter((entry) => !noRooms.includes(entry) && isRoom(entry));
  process.stderr.write(`${room === '' ? 'name a room' : `there is no room ${room}`}: ${rooms.join(', ')}\n`);
  process.exit(2);
}
const [first] = room.split('/');
const ring = rings.includes(first) ? first : 'unit';
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join('node_modules', 'jest', 'bin', 'jest.js'),
    ...['--selectProjects', ring, '--testPathPatterns', `/test/${room}[/.]`],
    ...(more.includes('--once') ? [] : ['--watchAll']),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;

function isRoom(path) {
  return [path, `${path}.test.ts`].some((file) => exists(join(root, 'test', file))) && !/\.ts$/.test(path);
}

function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
