import { requirement } from '@vre/testing';
import { test as anyTest } from 'vitest';

const python = requirement('python');
if (!python.present)
  process.stderr.write(`tests with the field's own clients are skipped: ${python.reason}\n`);

/** A test that uses the field's own clients; skipped where their environments cannot be built. */
export const test = python.present ? anyTest : anyTest.skip;
