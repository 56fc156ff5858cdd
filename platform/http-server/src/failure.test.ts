import { expect, test } from 'vitest';
import { sentenceOf, statusOf } from './failure.ts';

test.each([
  ['53100', 507, /^No space left on the disk of the platform, so nothing was changed/],
  ['ENOSPC', 507, /^No space left on the disk of the platform/],
  ['57P03', 503, /^The database is not available at the moment/],
  ['42P01', 500, /the cause in the log under request r1\.$/],
])('failure %s answers %i with a public sentence only', (code, status, sentence) => {
  const failure = Object.assign(new Error('relation lake.secret, path /data'), { code });
  expect(statusOf(failure)).toBe(status);
  expect(sentenceOf(failure, 'r1')).toMatch(sentence);
  expect(sentenceOf(failure, 'r1')).not.toContain('secret');
});
