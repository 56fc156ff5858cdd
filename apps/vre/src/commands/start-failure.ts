import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The sentence with which a child gave up: the last line of its log, when that is one for the operator and not a
 * record of the logger. `undefined` when no child left one.
 */
export async function reasonIn(logs: string): Promise<string | undefined> {
  for (const name of ['api', 'worker']) {
    const text = await readFile(join(logs, `${name}.log`), 'utf8').catch(() => '');
    const last = text.trimEnd().split('\n').at(-1) ?? '';
    if (last.startsWith('vre: ')) return last.slice('vre: '.length);
  }
  return undefined;
}
