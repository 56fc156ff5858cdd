import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const artefacts = join(import.meta.dirname, '../../../../artefacts/screenshots');
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const executable = '/usr/bin/chromium';

/** A fresh browser profile; `close` removes it. */
export async function openBrowser(
  options: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number } = {},
): Promise<{
  readonly context: BrowserContext;
  readonly page: Page;
  close(): Promise<void>;
}> {
  const profile = await mkdtemp(join(tmpdir(), 'vre-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
    viewport: { width: options.width ?? 1280, height: 860 },
    colorScheme: options.colorScheme ?? 'light',
    ignoreHTTPSErrors: false,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  return {
    context,
    page,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Signs a person in through the portal's own pages. */
export async function signIn(
  page: Page,
  portal: string,
  person: { readonly username: string; readonly password: string },
): Promise<void> {
  await page.goto(portal);
  await page
    .getByRole('link', { name: /sign in/i })
    .or(page.getByRole('button', { name: /sign in/i }))
    .first()
    .click();
  await page.getByLabel(/user name|username/i).fill(person.username);
  await page.locator('input[type=password]').first().fill(person.password);
  await page.locator('button[type=submit]').first().click();
  await page.waitForURL((url) => url.origin === portal && !url.pathname.startsWith('/aai'));
  await page.getByRole('navigation').first().waitFor();
}

/** Keeps a picture of the page for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true });
}

/** WCAG 2.2 AA by axe-core: expects no violation, and names each with the elements concerned. */
export async function expectAccessible(page: Page): Promise<void> {
  const source = await readFile(axeSource, 'utf8');
  // The page's policy forbids foreign scripts; evaluated code is the test's, not the page's.
  const violations = (await page.evaluate(
    `(async () => { const module = { exports: {} }; ${source}; const axe = module.exports.run ? module.exports : window.axe;
      const result = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
      return result.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.map((n) => n.target.join(' ')).slice(0, 5) })); })()`,
  )) as readonly unknown[];
  expect(violations, `accessibility of ${page.url()}`).toEqual([]);
}
