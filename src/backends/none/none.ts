import type { ConfigFiles } from '../../model/config-file.ts';
import type { Fact } from '../../model/fact.ts';
import type { Backend } from '../backend.ts';

const noFiles: Fact<ConfigFiles> = {
  name: 'configFiles none',
  script: ':',
  parse: () => new Map(),
  after: (files) => files,
  fake: () => new Map(),
};

/** Persists nothing: changes last until the next boot. It owns a link only if the inventory says so. */
export const none: Backend = {
  id: 'none',
  facts: {},
  files: noFiles,
  secretKeys: [],
  owns: () => 0,
  boots: () => ({ boots: true }),
  read: () => ({ links: new Map(), findings: [] }),
  edit: (files) => files,
};
