import { expect, test } from 'vitest';
import { connectionOptions } from './connection-options.ts';

test.each([
  [
    'postgresql://vre%40site:p%40ss%2F%25@db.example.org:6432/vre%20science%2F2026',
    {
      host: 'db.example.org',
      port: 6432,
      user: 'vre@site',
      password: 'p@ss/%',
      database: 'vre science/2026',
    },
  ],
  [
    'postgresql://vre:secret@localhost:5432/vre?host=%2Frun%2Fvre%20one',
    { host: '/run/vre one', port: 5432, user: 'vre', password: 'secret', database: 'vre' },
  ],
  ['postgres://vre@localhost/vre?sslmode=verify-full', { host: 'localhost', ssl: {}, database: 'vre' }],
])('%s', (url, options) => {
  expect(connectionOptions(url)).toMatchObject(options);
});
