import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requirement } from '@vre/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { expectAccessible, openBrowser, screenshot } from '../harness/browser.ts';
import { test } from '../harness/clients-test.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { sharedPlatform } from '../harness/running-platform.ts';
import { until } from '../harness/wait.ts';

const chromium = requirement('chromium');

describe.skipIf(!chromium.present)(`portal in Chromium ${chromium.reason}`, () => {
  let alice: Researcher;
  let page: Page;
  let portal: string;
  let close: () => Promise<void>;
  const problems: string[] = [];

  beforeAll(async () => {
    const platform = await sharedPlatform();
    portal = platform.addresses.portal;
    alice = await createResearcher(platform);
    await prepare(alice);
    const browser = await openBrowser();
    ({ page } = browser);
    close = browser.close;
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
  });
  afterAll(async () => close?.());

  test('signed out, the portal says what it is; a wrong password is refused; the right one signs in', async () => {
    await page.goto(portal);
    await page
      .getByRole('link', { name: /sign in/i })
      .or(page.getByRole('button', { name: /sign in/i }))
      .first()
      .waitFor();
    await expectAccessible(page);
    await screenshot(page, 'signed-out');
    await page
      .getByRole('link', { name: /sign in/i })
      .or(page.getByRole('button', { name: /sign in/i }))
      .first()
      .click();
    await page.getByLabel(/user name|username/i).fill(alice.username);
    await page.locator('input[type=password]').first().fill('wrong');
    await expectAccessible(page);
    await page.locator('button[type=submit]').first().click();
    await page.getByRole('alert').first().waitFor();
    await screenshot(page, 'sign-in-refused');
    await page.getByLabel(/user name|username/i).fill(alice.username);
    await page.locator('input[type=password]').first().fill(alice.password);
    await page.locator('button[type=submit]').first().click();
    await page.waitForURL((url) => url.origin === portal && !url.pathname.startsWith('/aai'));
    await page.getByRole('navigation').first().waitFor();
  });

  test('home shows what runs and the space used', async () => {
    await page.goto(`${portal}/`);
    await page
      .getByText(/LOCAL-A/)
      .first()
      .waitFor();
    await expectAccessible(page);
    await screenshot(page, 'home');
  });

  test('lake: the dataset, its files, replicas and rule', async () => {
    await page.goto(`${portal}/lake`);
    await page.getByText(alice.scope).first().waitFor();
    await expectAccessible(page);
    await screenshot(page, 'lake');
    await page.goto(`${portal}/lake/dids/${alice.scope}/sample`);
    await page.getByText('events.txt').first().waitFor();
    await expectAccessible(page);
    await screenshot(page, 'lake-dataset');
  });

  test('runs: the list, and a run with its steps, log and files', async () => {
    await page.goto(`${portal}/runs`);
    await page
      .getByText(/looked-at/)
      .first()
      .waitFor();
    await expectAccessible(page);
    await screenshot(page, 'runs');
    await page
      .getByRole('link', { name: /looked-at/ })
      .first()
      .click();
    await page
      .getByText(/finished/i)
      .first()
      .waitFor();
    await expectAccessible(page);
    await screenshot(page, 'run');
    await page.getByRole('tab', { name: 'Log' }).click();
    await page
      .getByText(/^hello from a step/m)
      .filter({ visible: true })
      .first()
      .waitFor();
    await expectAccessible(page);
    await screenshot(page, 'run-log');
    await page.getByRole('tab', { name: 'Files' }).click();
    await page.getByText('hello.txt').filter({ visible: true }).first().waitFor();
    await expectAccessible(page);
    await screenshot(page, 'run-files');
  });

  test('use from my computer shows what to copy and the tokens', async () => {
    await page.goto(`${portal}/computer`);
    await page
      .getByText(/rucio_host/)
      .first()
      .waitFor();
    await expectAccessible(page);
    await screenshot(page, 'computer');
  });

  test('dark, and as narrow as a telephone', async () => {
    const context = page.context();
    const dark = await context.newPage();
    await dark.emulateMedia({ colorScheme: 'dark' });
    await dark.setViewportSize({ width: 390, height: 800 });
    for (const path of ['/', '/lake', '/runs', '/computer']) {
      await dark.goto(portal + path);
      await dark.getByRole('main').waitFor();
      await dark.waitForLoadState('networkidle').catch(() => undefined);
      await expectAccessible(dark);
      const overflow = await dark.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect(overflow, `${path} scrolls sideways`).toBeLessThanOrEqual(1);
    }
    await screenshot(dark, 'dark-narrow');
    await dark.close();
  });

  test('no script failed and no policy was violated', () => {
    expect(problems.filter((problem) => !/status of 401|status of 404/.test(problem))).toEqual([]);
  });
});

/** A dataset with a rule and a finished run, made with the real clients. */
async function prepare(alice: Researcher): Promise<void> {
  const folder = join(alice.home, 'sample');
  await mkdir(folder);
  await writeFile(join(folder, 'events.txt'), 'event 1\nevent 2\n');
  const upload = await alice.rucio(
    'upload',
    '--rse',
    'LOCAL-A',
    '--scope',
    alice.scope,
    `${alice.scope}:sample`,
    join(folder, 'events.txt'),
  );
  if (upload.code !== 0) throw new Error(upload.output);
  const rule = await alice.rucio(
    'rule',
    'add',
    `${alice.scope}:sample`,
    '--copies',
    '2',
    '--rses',
    'LOCAL-A|LOCAL-B',
  );
  if (rule.code !== 0) throw new Error(rule.output);
  await writeFile(
    join(alice.home, 'reana.yaml'),
    `version: 0.9.4
workflow:
  type: serial
  specification:
    steps:
      - name: hello
        environment: docker.io/library/python:3.11-slim
        commands: [ "echo hello from a step | tee hello.txt" ]
outputs: { files: [ hello.txt ] }
`,
  );
  const run = await alice.reana('run', '-w', 'looked-at', '-f', 'reana.yaml');
  if (run.code !== 0) throw new Error(run.output);
  await until(
    () => alice.reana('status', '-w', 'looked-at'),
    ({ output }) => output.includes('finished'),
    60,
  );
}
