import { readFile } from 'node:fs/promises';

/** A TCP socket of the machine's network that waits for connections. */
export type Listener = { readonly port: number; readonly inode: number };

/** Addresses that take connections to 127.0.0.1, as the kernel prints them on machines of either byte order. */
const loopback = new Set([
  '0100007F',
  '7F000001',
  '00000000',
  '00000000000000000000000000000000',
  '0000000000000000FFFF00000100007F',
  '0000000000000000FFFF00007F000001',
  '00000000000000000000FFFF7F000001',
]);
const listening = '0A';

/** Reads lines of `/proc/net/tcp` or `tcp6`: sockets that listen on `port` for connections to 127.0.0.1. */
export function parseListeners(text: string, port: number): readonly Listener[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address = '', hexPort = ''] = local.split(':');
    if (state !== listening || !loopback.has(address) || Number.parseInt(hexPort, 16) !== port) return [];
    return [{ port, inode: Number(inode) }];
  });
}

/** All sockets of the machine that would take a connection to 127.0.0.1 on `port`. */
export async function listenersOn(port: number): Promise<readonly Listener[]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'latin1').catch(() => '')),
  );
  return tables.flatMap((text) => parseListeners(text, port));
}
