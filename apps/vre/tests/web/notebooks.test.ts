import { requirement } from '@vre/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, openBrowser, screenshot } from '../harness/browser.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { sharedPlatform } from '../harness/running-platform.ts';

const chromium = requirement('chromium');

describe.skipIf(!chromium.present)(`notebooks in the portal ${chromium.reason}`, () => {
  let alice: Researcher;
  let page: Page;
  let portal: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const platform = await sharedPlatform();
    portal = platform.addresses.portal;
    alice = await createResearcher(platform, { clients: [] });
    const browser = await openBrowser();
    ({ page } = browser);
    close = browser.close;
    await page.goto(`${portal}/x/login?next=/`);
    await page.getByLabel(/user name|username/i).fill(alice.username);
    await page.locator('input[type=password]').first().fill(alice.password);
    await page.locator('button[type=submit]').first().click();
    await page.waitForURL((url) => url.origin === portal && !url.pathname.startsWith('/aai'));
  });
  afterAll(async () => close?.());

  test('home and the page of notebooks tell that no server runs', async () => {
    await page.getByText('No server is running.').waitFor();
    await page.getByText('No runs yet').waitFor();
    await page.getByText('No datasets yet').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.waitForURL(`${portal}/notebooks`);
    await page.getByText(/None is running/).waitFor();
    await expectAccessible(page);
    await screenshot(page, 'notebooks');
  });

  test('who is no administrator is not shown the servers of others', async () => {
    await page.goto(`${portal}/notebooks/all`);
    await page.getByText('For administrators').waitFor();
    expect(await page.getByRole('button', { name: /^Stop/ }).count()).toBe(0);
  });
});
