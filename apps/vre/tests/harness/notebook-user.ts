import { mkdtemp } from 'node:fs/promises';
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
  /** Runs `vre notebook WORDS`. */
  notebook(...words: string[]): Promise<ClientRun>;
}

let counter = 0;

export async function createNotebookUser(
  platform: Pick<TestPlatform, 'installation' | 'addresses' | 'dataDirectory'>,
): Promise<NotebookUser> {
  const username = `noter${process.pid.toString(36)}${(counter++).toString(36)}`;
  const password = 'correct horse battery staple';
  await callControl(platform.installation, 'api', '/aai/users', {
    method: 'POST',
    json: { username, name: `Noter ${counter}`, email: `${username}@example.org`, password },
  });
  const person = createPerson({ username, password });
  const home = await mkdtemp(join(tmpdir(), `vre-${username}-`));
  const client = join(home, 'client');
  return {
    username,
    person,
    home,
    client,
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
