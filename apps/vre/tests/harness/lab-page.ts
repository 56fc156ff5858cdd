import type { BrowserContext, Page } from 'playwright-core';
import { until } from './wait.ts';

/** Somebody's JupyterLab in a browser, used as a person uses it. */
export interface LabPage {
  readonly page: Page;
  /** Opens a new notebook with the first kernel of the launcher, and waits until the kernel is idle. */
  newNotebook(): Promise<void>;
  /** Types into the notebook's last cell, runs it, and answers what it printed. */
  runCell(code: string): Promise<string>;
  restartKernel(): Promise<void>;
  /** Shows a panel of the left side bar by the id of its tab. A click on an open tab would close it. */
  openPanel(id: string): Promise<ReturnType<Page['locator']>>;
  openTerminal(): Promise<LabTerminal>;
  /** Finds a file in the data lake's panel and attaches it to the open notebook; returns when the panel says "Ready". */
  attach(pattern: string, did: string, variable: string): Promise<void>;
  /** Opens a notebook of the home. */
  openNotebook(path: string): Promise<void>;
  /** Runs every cell and answers their numbers and the names of errors, once the kernel is idle again. */
  runAll(): Promise<{ readonly numbers: readonly string[]; readonly errors: readonly string[] }>;
}

export interface LabTerminal {
  /** Types a command and answers all it printed, once it is over, with its exit code. */
  run(command: string): Promise<{ readonly code: number; readonly output: string }>;
}

/** Presses a link or button of the portal's page and answers the tab that it opens, with JupyterLab's launcher in view. */
export async function labOpenedBy(context: BrowserContext, press: () => Promise<void>): Promise<LabPage> {
  const opened = context.waitForEvent('page', { timeout: 120_000 });
  await press();
  const page = await opened;
  page.setDefaultTimeout(30_000);
  await page.locator('.jp-Launcher').waitFor({ timeout: 90_000 });
  return labPage(page);
}

function labPage(page: Page): LabPage {
  const notebook = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
  const menu = async (...names: readonly [string, ...string[]]) => {
    const [first, ...rest] = names;
    await page.getByRole('menuitem', { name: first, exact: true }).click();
    for (const name of rest) {
      const item = page.locator('.lm-Menu-itemLabel').getByText(name, { exact: true }).first();
      await item.hover();
      await item.click();
    }
  };
  const idle = () =>
    page
      .locator('#jp-main-statusbar')
      .getByText(/\| Idle$/)
      .waitFor({ timeout: 60_000 });
  const openPanel: LabPage['openPanel'] = async (id) => {
    const tab = page.locator(`.jp-SideBar .lm-TabBar-tab[data-id="${id}"]`);
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    const panel = page.locator(`[id="${id}"]`);
    await panel.waitFor();
    return panel;
  };
  return {
    page,
    openPanel,
    attach: async (pattern, did, variable) => {
      const panel = await openPanel('rucio-jupyterlab:panel');
      const search = panel.getByPlaceholder('Enter a Data Identifier (DID)');
      await search.fill(pattern);
      await search.press('Enter');
      await panel.getByText(did).click();
      await panel.getByText('Add to Notebook').click({ timeout: 60_000 });
      const name = page.locator('.Popover input');
      await name.fill(variable);
      await name.press('Enter');
      await notebook.getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 });
    },
    openNotebook: async (path) => {
      await page.goto(`${page.url().replace(/\/lab.*$/, '/lab')}/tree/${path}`);
      await notebook.waitFor();
      await idle();
    },
    runAll: async () => {
      await menu('Run', 'Run All Cells');
      const cells = notebook.locator('.jp-CodeCell');
      const prompts = () => notebook.locator('.jp-CodeCell .jp-InputPrompt').allInnerTexts();
      const run = (text: string) => /\[\d+\]/.test(text);
      const failed = () =>
        notebook.locator('[data-mime-type="application/vnd.jupyter.stderr"]').allInnerTexts();
      const wanted = await cells.count();
      await until(
        async () => ({ prompts: await prompts(), failed: await failed() }),
        (now) => now.failed.some((text) => /Error/.test(text)) || now.prompts.filter(run).length >= wanted,
        120,
      );
      await idle();
      return {
        numbers: (await prompts()).filter(run),
        errors: (await failed()).filter((text) => /Error/.test(text)),
      };
    },
    newNotebook: async () => {
      await page.locator('.jp-LauncherCard[data-category=Notebook]').first().click();
      await idle();
    },
    runCell: async (code) => {
      const cells = notebook.locator('.jp-Notebook .jp-CodeCell');
      const cell = cells.nth((await cells.count()) - 1);
      await cell.locator('.cm-content').click();
      await page.keyboard.insertText(code);
      await page.keyboard.press('Shift+Enter');
      // The prompt has a number when the kernel has answered.
      await cell.locator('.jp-InputPrompt', { hasText: /\[\d+\]/ }).waitFor();
      return (await cell.locator('.jp-OutputArea-output').allInnerTexts()).join('\n').trim();
    },
    restartKernel: async () => {
      await menu('Kernel', 'Restart Kernel…');
      await page.locator('.jp-Dialog button.jp-mod-accept').click();
      await page.locator('.jp-Dialog').waitFor({ state: 'detached' });
      await idle();
    },
    openTerminal: async () => {
      let heard = '';
      const connected = page.waitForEvent('websocket', (socket) => socket.url().includes('/terminals/'));
      await menu('File', 'New', 'Terminal');
      const socket = await connected;
      socket.on('framereceived', ({ payload }) => {
        const [kind, text] = JSON.parse(String(payload)) as readonly [string, string?];
        if (kind === 'stdout') heard += text ?? '';
      });
      const screen = page.locator('.jp-Terminal .xterm').last();
      await screen.waitFor();
      let counter = 0;
      return {
        run: async (command) => {
          const mark = `over-${counter++}`;
          const from = heard.length;
          await screen.click();
          await page.keyboard.type(`${command}; echo ${mark}=$?\n`, { delay: 0 });
          const over = new RegExp(`^${mark}=(\\d+)`, 'm');
          const said = await until(
            async () => plain(heard.slice(from)),
            (text) => over.test(text),
            120,
          );
          return { code: Number(over.exec(said)?.[1]), output: said };
        },
      };
    },
  };
}

/** What a terminal printed, without its control sequences. */
const plain = (text: string): string =>
  text.replace(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007]*\u0007|[=>])/g, '').replaceAll('\r', '');
