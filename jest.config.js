const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  injectGlobals: false,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^kvmplay$': '<rootDir>/src/index.ts',
    '^kvmplay/testing$': '<rootDir>/src/testing.ts',
  },
  testEnvironment: 'node',
};

/** What a ring of real kernels is set up by. */
const labs = { lab: 'global-setup.ts', faults: 'global-setup-pair.ts' };

/** Four rings, each a project: unit (everywhere), wire (a real sshd on loopback), lab and faults (real kernels). */
export default {
  projects: ['unit', 'wire', 'lab', 'faults'].map((ring) => ({
    ...shared,
    displayName: ring,
    ...(ring in labs && {
      globalSetup: `<rootDir>/test/lab/support/${labs[ring]}`,
      globalTeardown: '<rootDir>/test/lab/support/global-teardown.ts',
    }),
    rootDir: import.meta.dirname,
    testMatch: ring === 'unit' ? ['<rootDir>/test/**/*.test.ts'] : [`<rootDir>/test/${ring}/**/*.test.ts`],
    testPathIgnorePatterns:
      ring === 'unit'
        ? ['/node_modules/', ...['wire', 'lab', 'faults'].map((other) => `<rootDir>/test/${other}/`)]
        : ['/node_modules/'],
  })),
};
