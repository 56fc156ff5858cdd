import { randomBytes } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requirement } from '@vre/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { expectAccessible, openBrowser, screenshot, signIn } from '../harness/browser.ts';
import { test } from '../harness/clients-test.ts';
import { type OperatedPlatform, startOperatedPlatform } from '../harness/operator.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { storedFiles } from '../harness/stored-files.ts';
import { until } from '../harness/wait.ts';

const chromium = requirement('chromium');

describe.skipIf(!chromium.present)(`what the portal says of copies ${chromium.reason}`, () => {
  let platform: OperatedPlatform;
  let alice: Researcher;
  let page: Page;
  let close: () => Promise<void>;

  beforeAll(async () => {
    platform = await startOperatedPlatform('damaged');
    alice = await createResearcher(platform, { clients: ['rucio'] });
    const browser = await openBrowser();
    ({ page } = browser);
    close = browser.close;
    await signIn(page, platform.addresses.portal, alice);
  });
  afterAll(async () => {
    await close?.();
    await platform?.dispose();
  });

  const did = (name: string) => `${alice.scope}:${name}`;
  const ok = async (run: Promise<{ code: number; output: string }>) => {
    const { code, output } = await run;
    expect(code, output).toBe(0);
    return output;
  };
  const addressOf = (name: string, tab: string) =>
    `${platform.addresses.portal}/lake/dids/${alice.scope}/${name}?tab=${tab}`;
  const elementRow = (element: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name: element, exact: true }) });

  test('a damaged copy is named with what happens next, until it is repaired', async () => {
    const content = randomBytes(50_000);
    await writeFile(join(alice.home, 'rotten'), content);
    await ok(
      alice.rucio(
        'upload',
        '--rse',
        'LOCAL-A',
        '--scope',
        alice.scope,
        did('measured'),
        join(alice.home, 'rotten'),
      ),
    );
    await ok(alice.rucio('rule', 'add', did('measured'), '--copies', '2', '--rses', 'LOCAL-A|LOCAL-B'));
    await until(
      () => alice.rucio('replica', 'list', 'file', did('rotten'), '--pfns'),
      ({ output }) => (output.match(/https:/g) ?? []).length === 2,
    );
    const stored = await storedFiles(join(platform.dataDirectory, 'elements', 'LOCAL-A'));
    const path = stored.find((file) => file.path.endsWith('/rotten'))?.path as string;
    const file = await open(path, 'r+');
    await file.write(Buffer.from([(content[1000] ?? 0) ^ 0xff]), 0, 1, 1000);
    await file.close();
    // The repair is held up, so that everybody can look.
    const openForData = (value: 'True' | 'False') =>
      ok(platform.root('rse', 'update', 'LOCAL-A', '--key', 'availability_write', '--value', value));
    await openForData('False');

    await ok(alice.rucio('download', did('measured'), '--dir', join(alice.home, 'good')));
    expect((await readFile(join(alice.home, 'good', 'measured', 'rotten'))).equals(content)).toBe(true);
    // Which copy a download takes first is up to the client: this one meets the bad one, and says so to the lake.
    await alice.rucio('download', did('measured'), '--rses', 'LOCAL-A', '--dir', join(alice.home, 'bad'));

    for (const name of ['rotten', 'measured']) {
      await page.goto(addressOf(name, 'replicas'));
      await page
        .getByText(
          /The copy on LOCAL-A is damaged: The checksum of \S+ on LOCAL-A differs: .* It is being repaired from LOCAL-B\. LOCAL-A does not accept data at present/,
        )
        .waitFor();
      await elementRow('LOCAL-A').getByText('Damaged').waitFor();
      await elementRow('LOCAL-B').getByText('Available').waitFor();
      await expectAccessible(page);
      await screenshot(page, `damaged-${name}`);
    }
    expect((await readFile(path)).equals(content)).toBe(false);

    await openForData('True');
    // The open page follows by itself.
    await elementRow('LOCAL-A').getByText('Available').waitFor();
    await elementRow('LOCAL-B').getByText('Available').waitFor();
    expect(await page.getByText(/damaged/i).count()).toBe(0);
    await expectAccessible(page);
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(await platform.audit()).toEqual([]);
  });

  test('a rule with a lifetime shows how long it still lives, counting down', async () => {
    await ok(
      alice.rucio('rule', 'add', did('measured'), '--copies', '1', '--rses', 'LOCAL-C', '--lifetime', '7200'),
    );
    await page.clock.install();
    await page.goto(addressOf('measured', 'rules'));
    const rule = page.getByRole('article', { name: 'Rule: 1 copy on LOCAL-C' });
    await rule.getByText(/^in 1 h 5\d min$|^in 2 h$/).waitFor();
    await page.clock.fastForward('01:30:00');
    const left = rule.getByText(/^in \d+ min( \d+ s)?$/);
    await left.waitFor();
    const before = await left.textContent();
    await page.clock.runFor(5_000);
    await until(
      () => left.textContent(),
      (now) => now !== before,
    );
    await expectAccessible(page);
    await page.clock.fastForward('00:45:00');
    await rule.getByText('now', { exact: true }).waitFor();
  });
});
