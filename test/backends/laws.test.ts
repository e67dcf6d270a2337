import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Addressing, Backend, PresentLink, WantedLink } from '../../src/backends/backend.ts';
import type { BootModel, Place } from '../../src/backends/boot-model.ts';
import { backends } from '../../src/backends/index.ts';
import { findBootLink, plainAddressing, wantedLinks } from '../../src/backends/wanted-links.ts';
import { PlanError } from '../../src/errors.ts';
import type { ConfigFiles } from '../../src/model/config-file.ts';
import type { Answers, FactSet } from '../../src/model/fact.ts';
import { nothing, textsOf } from './trees.ts';
import { readScenarios } from './scenario.ts';

/** What `BACKEND/any-tree.ts` gives to the laws. */
interface AnyTree {
  readonly anyTree: fc.Arbitrary<ConfigFiles>;
  readonly anyWanted: fc.Arbitrary<readonly WantedLink[]>;
  readonly anyAnswers: fc.Arbitrary<Answers<FactSet>>;
  readonly isForeign: (line: string) => boolean;
}

const rows = await Promise.all(
  [...backends.values()].map(async (backend) => {
    const any = (await import(`./${backend.id}/any-tree.ts`)) as AnyTree;
    return [backend.id, backend, any] as const;
  }),
);

/**
 * What an edit mends in a link that comes up, so that the files do not stay as they are. A link that stays down is never
 * among what is wanted.
 */
const mended: readonly RegExp[] = [
  /SLAVE=\w+ makes no port/,
  /: (MTU|MACADDR|BONDING_OPTS|STP|DELAY|PRIO|AGEING|BRIDGING_OPTS) is set by a shell command/,
  /is no option of a (bond|bridge) that kvmplay knows$/,
  /^\S+ NetworkManager brings \S+ up/,
  /BOOTPROTO=\w+ is no word of initscripts/,
];

describe('what the boot makes of files, written into them', () => {
  it.each(readScenarios())(
    'leaves both trees of $title as they are',
    ({ backend, before, after, answers }) => {
      for (const files of [before, after]) expectLeftAlone(backend, files, answers);
    },
  );

  it.each(rows)('leaves any tree of %s as it is', (_, backend, { anyTree, anyAnswers }) => {
    fc.assert(
      fc.property(anyTree, anyAnswers, (files, answers) => {
        expectLeftAlone(backend, files, answers);
      }),
      { numRuns: 400 },
    );
  });
});

describe('what the boot makes of edited files', () => {
  it.each(rows)('is what was wanted of %s', (_, backend, { anyTree, anyWanted, anyAnswers }) => {
    if (backend.id === 'none') return;
    fc.assert(
      fc.property(anyTree, anyWanted, anyAnswers, (files, wanted, answers) => {
        const edited = attempt(backend, { files, wanted, answers });
        if (edited === undefined) return;

        const before = backend.read(files, answers);
        const model = backend.read(edited, answers);

        for (const link of wanted) if (isRead(before, link) && isTold(model, link)) expectHeld(model, link);
      }),
      { numRuns: 400 },
    );
  });

  it.each(rows)('is written once by %s, and nobody else loses a line', (_, backend, any) => {
    const foreignLines = (text = ''): readonly string[] => text.split('\n').filter(any.isForeign);
    fc.assert(
      fc.property(any.anyTree, any.anyWanted, any.anyAnswers, (files, wanted, answers) => {
        const edited = attempt(backend, { files, wanted, answers });
        if (edited === undefined) return;

        expect(backend.edit(edited, wanted, answers)).toBe(edited);
        for (const [path, { content }] of edited) {
          expect(foreignLines(content)).toEqual(foreignLines(files.get(path)?.content));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a model', () => {
  it.each(rows)('of %s names a line of a file with every value', (_, backend, { anyTree, anyAnswers }) => {
    fc.assert(
      fc.property(anyTree, anyAnswers, (files, answers) => {
        const model = backend.read(files, answers);

        for (const { path, line } of placesIn([...model.links.values(), model.findings])) {
          const lines = files.get(path)?.content.split('\n').length ?? 0;
          expect([path, line, line >= 1 && line <= lines]).toEqual([path, line, true]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

function expectLeftAlone(backend: Backend, files: ConfigFiles, answers: Answers<FactSet>): void {
  const model = backend.read(files, answers);
  const isMended = ({ name, permanentMac = '' }: PresentLink): boolean =>
    model.findings.some(
      ({ link, kind, says }) =>
        kind === 'harmful' && [name, permanentMac].includes(link) && mended.some((one) => one.test(says)),
    );
  const wanted = wantedLinks(model, () => 'nameless').filter((link) => !isMended(link));

  const edited = backend.edit(files, wanted, answers);

  expect(textsOf(edited)).toEqual(textsOf(files));
  expect(edited).toBe(files);
}

/** A task reads a link before it edits it, and refuses one that nobody can read. */
function isRead({ findings }: BootModel, { name }: WantedLink): boolean {
  return !findings.some(({ kind, link }) => kind === 'unread' && link === name);
}

/** Routes that nobody can read stay as they are where none are wanted, and keep the link from being read. */
function isTold(model: BootModel, wanted: WantedLink): boolean {
  const hasOwnAddressing = wanted.state === 'present' && wanted.addressing !== undefined;
  return hasOwnAddressing || isRead(model, wanted);
}

function expectHeld(model: BootModel, link: WantedLink): void {
  const found = findBootLink(model, { name: link.name });
  if (link.state === 'absent') {
    if (link.kind === 'ethernet') expect(found?.controller).toBeUndefined();
    else expect(found).toBeUndefined();
    return;
  }
  const { kind, controller, vlan, mac, mtu, options, addressing } = link;
  if (kind !== 'ethernet') expect(found?.kind.value).toBe(kind);
  // A port of a bond waits for its bond, which may have no file.
  if (kind !== 'ethernet' && found?.controller?.value.kind !== 'bond') expect(found?.up.value).toBe(true);
  if (controller !== undefined) expect(found?.controller?.value ?? null).toEqual(controller);
  if (vlan !== undefined) expect(found?.vlan?.value).toEqual(vlan);
  if (mac !== undefined) expect(found?.mac?.value ?? null).toBe(mac);
  if (mtu !== undefined) expect(found?.mtu?.value).toBe(mtu);
  if (options !== undefined) {
    const said = Object.entries(found?.options ?? {}).map(([option, { value }]) => [option, value]);
    expect(Object.fromEntries(said)).toEqual(options);
  }
  if (addressing === undefined) return;
  const said = found === undefined ? nothing : plainAddressing(found.addressing);
  // An absent `search` means that whatever the files say stays.
  const { search } = said;
  expect(sorted(said)).toEqual(sorted({ ...(search === undefined ? {} : { search }), ...addressing }));
}

/** Routes have no order, and the link whose file they stand in. */
function sorted(addressing: Addressing): unknown {
  const routes = addressing.routes
    .map(({ link: _, ...route }) => JSON.stringify(Object.entries(route).sort()))
    .sort();
  return { ...addressing, routes };
}

/** The files as edited, or undefined where that is refused, as one may. */
function attempt(
  backend: Backend,
  {
    files,
    wanted,
    answers,
  }: { files: ConfigFiles; wanted: readonly WantedLink[]; answers: Answers<FactSet> },
): ConfigFiles | undefined {
  try {
    return backend.edit(files, wanted, answers);
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'path' in value && 'line' in value ? [value as Place] : [];
  return [...own, ...Object.values(value).flatMap(placesIn)];
}
