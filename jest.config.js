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
    '^kvmplay/lab$': '<rootDir>/src/lab/index.ts',
  },
  testEnvironment: 'node',
};

/** What a ring of real kernels is set up by. */
const labs = { lab: 'global-setup.ts', faults: 'global-setup-pair.ts' };

/**
 * Rings, each a project: unit (everywhere), terminal (a real pseudo-terminal), protocol (the transaction's
 * model and its scripts, in every order), wire (a real sshd on loopback), peers (the
 * programs kvmplay is compared with), lab and faults (real kernels).
 */
const rings = ['unit', 'terminal', 'protocol', 'wire', 'peers', 'lab', 'faults'];

export default {
  projects: rings.map((ring) => ({
    ...shared,
    displayName: ring,
    ...(ring === 'unit' && { globalSetup: '<rootDir>/test/support/global-setup.ts' }),
    ...(ring in labs && {
      globalSetup: `<rootDir>/test/lab/support/${labs[ring]}`,
      globalTeardown: '<rootDir>/test/lab/support/global-teardown.ts',
    }),
    rootDir: import.meta.dirname,
    testMatch: ring === 'unit' ? ['<rootDir>/test/**/*.test.ts'] : [`<rootDir>/test/${ring}/**/*.test.ts`],
    testPathIgnorePatterns:
      ring === 'unit'
        ? ['/node_modules/', ...rings.slice(1).map((other) => `<rootDir>/test/${other}/`)]
        : ['/node_modules/'],
  })),
};
