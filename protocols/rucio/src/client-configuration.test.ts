import { expect, test } from 'vitest';
import { clientConfiguration } from './client-configuration.ts';

const lines = (from: 'client' | 'platform') =>
  clientConfiguration({
    lake: 'http://localhost:8001',
    account: 'ada',
    tokenFile: '/home/ada/rucio.token',
    audience: 'rucio',
    tokenFrom: from,
  }).split('\n');

test('a client that signs in by itself polls and renews', () => {
  expect(lines('client')).toEqual(
    expect.arrayContaining(['oidc_polling = true', 'auth_oidc_refresh_active = true', 'account = ada']),
  );
});

test('a client whose token the platform renews never signs in by itself', () => {
  const text = lines('platform');
  expect(text).toContain('auth_token_file_path = /home/ada/rucio.token');
  expect(text.filter((line) => /polling|refresh_active|oidc_scope|ca_cert/.test(line))).toEqual([]);
});
