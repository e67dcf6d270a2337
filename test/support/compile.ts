import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { stagePackage } from '../cli/staged-package.ts';

const root = join(import.meta.dirname, '..', '..');

export interface TypeProblem {
  /** Without its folder. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What the compiler says of files that import kvmplay, compiled against the declarations of the package as users' are. */
export function typeProblems(files: readonly string[]): readonly TypeProblem[] {
  const folder = mkdtempSync(join(tmpdir(), 'kvmplay-compile-'));
  try {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(projectFor(files)));
    const compiler = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout } = spawnSync(compiler, ['-p', folder], { encoding: 'utf8' });
    // Lines that follow a problem indented explain it.
    return stdout.split(/\n(?=\S)/).flatMap((text) => {
      const [, file = '', line = '', message] =
        /^([^(\n]*)\((\d+),\d+\): error TS\d+: ([^]*)/.exec(text) ?? [];
      return message === undefined ? [] : [{ file: basename(file), line: Number(line), message }];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function projectFor(files: readonly string[]): object {
  const { folder } = stagePackage();
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      paths: {
        kvmplay: [join(folder, 'dist', 'index.d.ts')],
        'kvmplay/testing': [join(folder, 'dist', 'testing.d.ts')],
        'kvmplay/lab': [join(folder, 'dist', 'lab', 'index.d.ts')],
        zod: [join(root, 'node_modules', 'zod')],
      },
      typeRoots: [join(root, 'node_modules', '@types')],
      moduleDetection: 'force',
      module: 'esnext',
      moduleResolution: 'bundler',
      pretty: false,
    },
    include: [],
    files,
  };
}
