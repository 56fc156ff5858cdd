import { expect, it } from 'vitest';
import { parseListeners } from './listeners.ts';

const row = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 20001        0 ${inode} 1 0 100`;
const table = (...rows: readonly string[]) =>
  ['  sl  local_address rem_address   st', ...rows, ''].join('\n');

it.each([
  ['loopback', '0100007F:1F90', '0A', 1],
  ['every address', '00000000:1F90', '0A', 1],
  ['every address of IPv6', '00000000000000000000000000000000:1F90', '0A', 1],
  ['another port', '0100007F:1F91', '0A', 0],
  ['another address', '0200A8C0:1F90', '0A', 0],
  ['a connection', '0100007F:1F90', '01', 0],
])('%s', (_, local, state, count) => {
  expect(parseListeners(table(row(local, state, 77)), 8080)).toHaveLength(count);
});
