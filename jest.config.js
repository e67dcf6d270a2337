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

/** Three rings, each a project: unit (everywhere), wire (a real sshd on loopback), lab (real kernels). */
export default {
  projects: ['unit', 'wire', 'lab'].map((ring) => ({
    ...shared,
    displayName: ring,
    ...(ring === 'lab' && {
      globalSetup: '<rootDir>/test/lab/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/lab/support/global-teardown.ts',
    }),
    rootDir: import.meta.dirname,
    testMatch: ring === 'unit' ? ['<rootDir>/test/**/*.test.ts'] : [`<rootDir>/test/${ring}/**/*.test.ts`],
    testPathIgnorePatterns:
      ring === 'unit'
        ? ['/node_modules/', '<rootDir>/test/wire/', '<rootDir>/test/lab/']
        : ['/node_modules/'],
  })),
};
