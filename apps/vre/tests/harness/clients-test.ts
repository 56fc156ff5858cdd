import { requirement } from '@vre/testing';
import { test as anyTest } from 'vitest';

const python = requirement('python');
if (!python.present)
  process.stderr.write(`tests with the field's own clients are skipped: ${python.reason}\n`);

/** A test that uses the field's own clients; skipped where their environments cannot be built. */
export const test = python.present ? anyTest : anyTest.skip;

/** A test that takes minutes: runs with `TEST_LONG=all`, so that the suite stays within its half hour. */
export const longTest = process.env['TEST_LONG'] === 'all' ? test : anyTest.skip;
