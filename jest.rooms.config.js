import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import rings from './jest.config.js';

// The whole ring unit in few suites: each file of test/rooms/ runs the test files of one folder of test/. A suite costs a fifth
// of a second before its first test, because it links every module anew.

const tests = join(import.meta.dirname, 'test');
const [unit, ...others] = rings.projects;

const rooms = filesBelow(join(tests, 'rooms'), '.room.ts');
const names = rooms.map((file) => basename(file, '.room.ts'));
const files = filesBelow(tests, '.test.ts').filter((file) =>
  others.every((ring) => !isBelow(file, ring.displayName)),
);
// A file that asks for more time starts programs: such files run side by side, and import little.
const alone = files.filter((file) => /^jest\.setTimeout\(/m.test(readFileSync(file, 'utf8')));

export default {
  ...unit,
  displayName: 'rooms',
  testMatch: [...rooms, ...alone],
  testEnvironment: '<rootDir>/test/rooms/support/room-environment.mjs',
  // What is in no folder that has a room is in the room named rest.
  globals: {
    rooms: Object.fromEntries(
      names.map((name) => [name, files.filter((file) => !alone.includes(file) && roomOf(file) === name)]),
    ),
  },
};

function roomOf(file) {
  return names.find((name) => isBelow(file, name)) ?? 'rest';
}

function isBelow(file, folder) {
  return relative(tests, file).startsWith(folder + sep);
}

function filesBelow(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file))
    .sort();
}
