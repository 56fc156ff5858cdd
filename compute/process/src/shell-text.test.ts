import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellLine } from './shell-text.ts';

it('hands any words to a program unchanged', () => {
  const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const line = `printf '%s\\0' ${shellLine(words)}`;
      const output = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
      expect(output).toBe(words.length === 0 ? '\0' : words.map((text) => `${text}\0`).join(''));
    }),
    { numRuns: 40 },
  );
});
