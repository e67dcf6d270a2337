import { hostname, userInfo } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { cleanOwner, nameOwner, ownerSince } from '../../../src/engine/transaction/owner.ts';

describe('nameOwner', () => {
  it('names user, controller, process and run', () => {
    expect(nameOwner('20261123-194512-12345')).toBe(
      `${userInfo().username}@${hostname()}, process ${process.pid}, run 20261123-194512-12345`,
    );
  });

  it('leaves out the run where none is recorded', () => {
    expect(nameOwner()).toBe(`${userInfo().username}@${hostname()}, process ${process.pid}`);
  });
});

describe('ownerSince', () => {
  const now = Date.UTC(2026, 10, 30, 15, 26, 54);

  it('says since when the host is locked', () => {
    expect(ownerSince('ada@desk7', now)).toBe('ada@desk7, since 2026-11-30 15:26:54 UTC');
  });

  it('keeps the time of an owner that is too long', () => {
    const owner = ownerSince('a'.repeat(5000), now);

    expect(owner).toMatch(/^a+…, since 2026-11-30 15:26:54 UTC$/);
    expect(owner).toHaveLength(200);
  });
});

describe('cleanOwner', () => {
  it.each([
    ['an escape that colours', 'ada\u001B[31m', 'ada [31m'],
    ['an escape of eight bits', 'ada\u009B2J', 'ada 2J'],
    ['a bell', 'ada\u0007', 'ada'],
    ['further lines', 'ada\r\n::error::no', 'ada ::error::no'],
    ['a mark that turns the direction', 'ada\u202Eadb', 'ada adb'],
    ['a separator of lines', 'ada\u2028b', 'ada b'],
  ])('takes %s out', (_, text, clean) => {
    expect(cleanOwner(text)).toBe(clean);
  });

  it('shows no more than fits into a sentence', () => {
    expect(Array.from(cleanOwner('😀'.repeat(5000)))).toHaveLength(200);
  });
});
