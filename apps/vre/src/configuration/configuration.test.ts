import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfiguration } from './configuration.ts';

// The test run's own variable is none of the product's.
beforeEach(() => vi.stubEnv('VRE_TEST_DATABASE_URL', undefined));
afterEach(() => vi.unstubAllEnvs());

test('variables of the command are no keys of the configuration', async () => {
  vi.stubEnv('VRE_DATA', '/nowhere');
  vi.stubEnv('VRE_CONFIG', '/nowhere.yaml');
  vi.stubEnv('VRE_DEBUG', '1');
  vi.stubEnv('VRE_PORT_BASE', '9000');
  expect((await loadConfiguration({}))['port-base']).toBe(9000);
});

test('any other variable must name a key', async () => {
  vi.stubEnv('VRE_PORT_BSE', '9000');
  await expect(loadConfiguration({})).rejects.toThrow(/VRE_PORT_BSE is not a known variable/);
});
