import { readFile } from 'node:fs/promises';
import type { ClientAddresses, ClientDirectory } from './client-files.ts';

/** Variables of the person's shell that a client may see; everything that could point it elsewhere is left behind. */
const inherited = ['HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TERM', 'TZ', 'TMPDIR'];

/**
 * The environment in which `rucio` and `reana-client` run: only what is known to be right. A shell with PYTHONPATH,
 * LD_LIBRARY_PATH, RUCIO_HOME or X509_USER_PROXY set to something else is normal in this field.
 */
export async function clientEnvironment(
  client: ClientDirectory,
  addresses: ClientAddresses,
  binDirectories: readonly string[],
): Promise<Record<string, string>> {
  const kept = Object.fromEntries(
    inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const token = await readFile(client.reanaTokenFile, 'utf8').catch(() => undefined);
  return {
    ...kept,
    PATH: [...binDirectories, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    RUCIO_CONFIG: client.rucioConfig,
    REANA_SERVER_URL: addresses.workflows,
    ...(token === undefined ? {} : { REANA_ACCESS_TOKEN: token.trim() }),
  };
}

/** The same as shell commands, for `eval "$(vre client env)"`. */
export const shellExports = (client: ClientDirectory, addresses: ClientAddresses): string =>
  [
    `export RUCIO_CONFIG=${quoted(client.rucioConfig)}`,
    `export REANA_SERVER_URL=${quoted(addresses.workflows)}`,
    `export REANA_ACCESS_TOKEN="$(cat ${quoted(client.reanaTokenFile)})"`,
    'unset RUCIO_ACCOUNT RUCIO_HOME RUCIO_AUTH_TYPE X509_USER_PROXY PYTHONPATH LD_LIBRARY_PATH',
    '',
  ].join('\n');

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
