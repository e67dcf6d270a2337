import { defineScalarTag, NOT_RESOLVED } from 'js-yaml';

// Numbers are what Ansible's reader (YAML 1.1) takes for them, so that `mode: 0644` means the same to both; but for its
// numbers to base sixty, which make one of a MAC address of digits.

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

export const intTag = defineScalarTag<number | string>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: ['+', '-', ...digits],
  resolve(source) {
    const match = /^([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|0([0-7_]+)|(0|[1-9][0-9_]*))$/.exec(source);
    if (match === null) return NOT_RESOLVED;
    const [, sign, binary, hexadecimal, octal, decimal] = match;
    const number = Number(prefixed({ binary, hexadecimal, octal, decimal }).replaceAll('_', ''));
    // Text keeps every digit of a number that JavaScript would round.
    if (!Number.isSafeInteger(number)) return source;
    return sign === '-' && number !== 0 ? -number : number;
  },
  identify: () => false,
});

interface Notations {
  readonly binary: string | undefined;
  readonly hexadecimal: string | undefined;
  readonly octal: string | undefined;
  readonly decimal: string | undefined;
}

function prefixed({ binary, hexadecimal, octal, decimal }: Notations): string {
  if (binary !== undefined) return `0b${binary}`;
  if (hexadecimal !== undefined) return `0x${hexadecimal}`;
  return octal === undefined ? (decimal ?? '') : `0o${octal}`;
}

export const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: ['+', '-', '.', ...digits],
  resolve(source, isExplicit) {
    const plain = source.replaceAll('_', '');
    if (/^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$|^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/.test(source)) {
      return Number(plain);
    }
    if (/^[-+]?\.(?:inf|Inf|INF)$/.test(source)) return source.startsWith('-') ? -Infinity : Infinity;
    if (/^\.(?:nan|NaN|NAN)$/.test(source)) return NaN;
    return isExplicit && plain.trim() !== '' && Number.isFinite(Number(plain)) ? Number(plain) : NOT_RESOLVED;
  },
  identify: () => false,
});
