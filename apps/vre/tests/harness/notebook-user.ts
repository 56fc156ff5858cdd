import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClientRun, runClient } from '../../src/client/run-client.ts';
import { callControl } from '../../src/control/control-client.ts';
import { createPerson, type Person } from '../../src/demo/person.ts';
import type { TestPlatform } from './platform.ts';

const entry = fileURLToPath(new URL('../../bin/vre.js', import.meta.url));

/** Somebody who works with `vre notebook …`, confirming sign-ins in a browser. */
export interface NotebookUser {
  readonly username: string;
  readonly person: Person;
  /** Commands run here. */
  readonly home: string;
  /** Folder of the tokens. */
  readonly client: string;
  /** Writes a notebook of these cells into `home`; answers its file. */
  write(name: string, ...cells: readonly (string | TaggedCell)[]): Promise<string>;
  /** Runs `vre notebook WORDS`. */
  notebook(...words: string[]): Promise<ClientRun>;
}

/** A cell with tags, such as `parameters`. */
export type TaggedCell = { readonly source: string; readonly tags: readonly string[] };

const notebookOf = (cells: readonly (string | TaggedCell)[]) => ({
  cells: cells.map((cell, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    metadata: typeof cell === 'string' ? {} : { tags: cell.tags },
    execution_count: null,
    outputs: [],
    source: typeof cell === 'string' ? cell : cell.source,
  })),
  metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
});

let counter = 0;

export async function createNotebookUser(
  platform: Pick<TestPlatform, 'installation' | 'addresses' | 'dataDirectory'>,
  options: { readonly administrator?: boolean; readonly atHub?: boolean } = {},
): Promise<NotebookUser> {
  const username = `noter${process.pid.toString(36)}${(counter++).toString(36)}`;
  const password = 'correct horse battery staple';
  await callControl(platform.installation, 'api', '/aai/users', {
    method: 'POST',
    json: {
      username,
      name: `Noter ${counter}`,
      email: `${username}@example.org`,
      password,
      administrator: options.administrator ?? false,
    },
  });
  const person = createPerson({ username, password });
  if (options.atHub) await person.visit(`${platform.addresses.notebooks}/hub/login?next=/hub/api/user`);
  const home = await mkdtemp(join(tmpdir(), `vre-${username}-`));
  return notebookUserOf(platform, { username, person, home });
}

/** The same for somebody who has an account and a folder already. */
export function notebookUserOf(
  platform: Pick<TestPlatform, 'dataDirectory'>,
  given: Pick<NotebookUser, 'username' | 'person' | 'home'>,
): NotebookUser {
  const { person, home } = given;
  const client = join(home, 'client');
  return {
    ...given,
    client,
    write: async (name, ...cells) => {
      const file = join(home, `${name}.ipynb`);
      await writeFile(file, JSON.stringify(notebookOf(cells)));
      return file;
    },
    notebook: (...words) => {
      const confirmed = new Set<string>();
      return runClient([process.execPath, entry, 'notebook', ...words, '--directory', client], {
        environment: {
          PATH: process.env['PATH'] ?? '',
          HOME: home,
          VRE_DATA: platform.dataDirectory,
          VRE_CONFIG: join(platform.dataDirectory, 'vre.yaml'),
        },
        directory: home,
        onOutput: (soFar) => {
          const link = /Open (\S+) and confirm/.exec(soFar)?.[1];
          if (link === undefined || confirmed.has(link)) return;
          confirmed.add(link);
          void person.visit(link);
        },
      });
    },
  };
}
