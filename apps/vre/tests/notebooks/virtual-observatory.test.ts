import { copyFile, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fetchExampleData, loadEnvironment } from '@vre/environments';
import { requirement } from '@vre/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { buildEnvironments } from '../../src/client/build-environments.ts';
import type { Notebook } from '../../src/notebook/jupyter-server.ts';
import { openBrowser, screenshot, signIn } from '../harness/browser.ts';
import { test } from '../harness/clients-test.ts';
import { labOpenedBy } from '../harness/lab-page.ts';
import { startNotebookServer } from '../harness/notebook-server.ts';
import { sharedBuilds } from '../harness/platform.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { sharedPlatform } from '../harness/running-platform.ts';

const chromium = requirement('chromium');
/** Builds a card of its own: runs with the other cards. */
const wanted = process.env['TEST_CARDS'] === 'all';
const example = join(import.meta.dirname, '../../../../environments/vo/example.ipynb');

describe.skipIf(!wanted || !chromium.present)(`card "Virtual Observatory" ${chromium.reason}`, () => {
  let platform: Awaited<ReturnType<typeof sharedPlatform>>;
  let alice: Researcher;
  let catalogue: string;
  let end: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    platform = await sharedPlatform();
    alice = await createResearcher(platform, { clients: ['rucio'] });
    const say = (line: string) => process.stderr.write(`${line}\n`);
    const { vo } = await buildEnvironments(['vo'], sharedBuilds, say);
    const [data] = (await loadEnvironment('vo')).data ?? [];
    if (data === undefined) throw new Error('the example of the card vo reads no data any more');
    const file = await fetchExampleData(data, vo, { dataDirectory: sharedBuilds, report: say });
    const copy = join(alice.home, basename(file));
    await copyFile(file, copy);
    const { code, output } = await alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, copy);
    expect(code, output).toBe(0);
    catalogue = `${alice.scope}:${basename(file)}`;
  });
  afterAll(() => end());

  test('its shipped notebook runs on a catalogue that is attached from the data lake', async () => {
    const server = await startNotebookServer(platform, alice, 'vo');
    end = server.stop;
    await server.jupyter.put('example.ipynb', JSON.parse(await readFile(example, 'utf8')) as Notebook);
    const { page, context, close } = await openBrowser();
    try {
      await signIn(page, platform.addresses.portal, alice);
      await page.goto(`${platform.addresses.portal}/notebooks`);
      const open = page.getByRole('link', { name: /^Open Virtual Observatory/ }).first();
      const lab = await labOpenedBy(context, () => open.click());
      await lab.openNotebook('example.ipynb');
      await lab.attach(`${alice.scope}:*`, catalogue, 'catalogue');
      // There is no such file beside the notebook: its first cell finds the attached variable or nothing.
      const { numbers, errors } = await lab.runAll();
      expect(errors).toEqual([]);
      expect(numbers).toEqual(['[1]:', '[2]:', '[3]:', '[4]:']);
      await lab.page.getByText(/nearest: 4FGL J1104\.4\+3812/).waitFor();
      await screenshot(lab.page, 'lab-virtual-observatory');
    } finally {
      await close();
    }
  });
});
