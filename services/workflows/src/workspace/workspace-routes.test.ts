import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  serial,
  startWorkflows,
  type WorkflowsUnderTest,
} from '../testing/workflows-under-test.test-support.ts';

let workflows: WorkflowsUnderTest;
let token: string;
let client: Awaited<ReturnType<WorkflowsUnderTest['clientOf']>>;
let workspace: string;
beforeAll(async () => {
  workflows = await startWorkflows({ withoutWorker: true });
  client = await workflows.clientOf('ada');
  token = (await client.mintToken('files')).token;
  const { workflow_id: id } = await client.createRun('files', serial([{ commands: ['true'] }]));
  const { id_: account } = await client.you();
  workspace = join(workflows.context.dataDirectory, 'users', account, 'workflows', id);
});
afterAll(() => workflows.close());

const call = (path: string, options: RequestInit = {}) =>
  fetch(
    `${workflows.url}/api/workflows/files/${path}${path.includes('?') ? '&' : '?'}access_token=${token}`,
    options,
  );

describe('files of a workspace', () => {
  it('takes streams, empty bodies, leading slashes, and strange names', async () => {
    for (const name of ['/a.txt', 'd/e/ü ø+.txt', 'empty']) {
      const body = name === 'empty' ? '' : `content of ${name}`;
      const answer = await call(`workspace?file_name=${encodeURIComponent(name)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body,
      });
      expect(await answer.json()).toEqual({ message: `${name} has been successfully uploaded.` });
    }
    const listed = await client.listFiles('files');
    expect(listed.items.map(({ name }) => name).sort()).toEqual(['a.txt', 'd/e/ü ø+.txt', 'empty']);
    expect(listed.items.every(({ size }) => Number.isInteger(size.raw))).toBe(true);
  });

  it('gives them back under their name, also when a space came as +', async () => {
    const exact = await call(`workspace/d/e/${encodeURIComponent('ü ø+.txt')}`);
    expect(exact.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''%C3%BC%20%C3%B8%2B.txt",
    );
    expect(await exact.text()).toBe('content of d/e/ü ø+.txt');
    await client.uploadFile('files', 'two words.txt', 'two');
    expect(await (await call('workspace/two+words.txt')).text()).toBe('two');
    expect(await (await call('workspace/d%2Fe%2F%C3%BC%20%C3%B8%2B.txt')).text()).toContain('content');
    const empty = await call('workspace/empty');
    expect([empty.status, await empty.text()]).toEqual([200, '']);
  });

  it('shows images inline when asked, and never HTML', async () => {
    await client.uploadFile('files', 'p.png', 'png');
    await client.uploadFile('files', 'p.html', '<script>');
    expect((await call('workspace/p.png?preview=true')).headers.get('content-type')).toBe('image/png');
    const page = await call('workspace/p.html?preview=True');
    expect(page.headers.get('content-type')).toBe('application/octet-stream');
    expect(page.headers.get('content-disposition')).toContain('attachment');
  });

  it.each([
    ['../outside', 400],
    ['', 400],
    ['a/../../b', 400],
    ['x'.repeat(300), 400],
  ])('refuses to write %s', async (name, status) => {
    const answer = await call(`workspace?file_name=${encodeURIComponent(name)}`, {
      method: 'POST',
      body: 'x',
    });
    expect(answer.status).toBe(status);
    expect(typeof ((await answer.json()) as { message: string }).message).toBe('string');
  });

  it('follows no link, in neither direction', async () => {
    await symlink('/etc', join(workspace, 'link'));
    await symlink('/etc/passwd', join(workspace, 'passwd'));
    expect((await call('workspace/passwd')).status).toBe(404);
    expect((await call('workspace/link/passwd')).status).toBeGreaterThanOrEqual(400);
    expect(
      (
        await call('workspace?file_name=link/new', {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: 'x',
        })
      ).status,
    ).toBe(409);
    expect((await client.listFiles('files')).items.some(({ name }) => name.includes('passwd'))).toBe(false);
    await client.removeFiles('files', 'passwd');
    await writeFile(join(workspace, 'plain'), 'x');
  });

  it('pages, searches and matches patterns', async () => {
    const page = await client.listFiles('files', { page: 1, size: 2 });
    expect(page).toMatchObject({ total: 7, has_next: true });
    expect(page.items).toHaveLength(2);
    expect((await client.listFiles('files', { search: 'WORDS' })).items.map(({ name }) => name)).toEqual([
      'two words.txt',
    ]);
    const matched = await client.listFiles('files', { pattern: '**/*.txt' });
    expect(matched.items.map(({ name }) => name).sort()).toEqual(['a.txt', 'd/e/ü ø+.txt', 'two words.txt']);
  });

  it('tells a body of GET from none for disk usage', async () => {
    const usage = await client.diskUsage('files');
    const sizes = usage.disk_usage_info.map(({ size }) => size.raw);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(usage.disk_usage_info.map(({ name }) => name)).toContain('/a.txt');
    expect((await client.you()).quota.disk.usage.raw).toBeGreaterThan(0);
  });

  it('moves into directories, never over files', async () => {
    await client.moveFiles('files', 'a.txt', 'd/');
    expect((await client.listFiles('files', { pattern: 'd/a.txt' })).total).toBe(1);
    await client.uploadFile('files', 'a.txt', 'new');
    await expect(client.moveFiles('files', 'a.txt', 'd/a.txt')).rejects.toMatchObject({ statusCode: 409 });
    await expect(client.moveFiles('files', 'd', 'd/e')).rejects.toMatchObject({ statusCode: 409 });
    await expect(client.moveFiles('files', 'gone', 'x')).rejects.toMatchObject({ statusCode: 404 });
    await client.removeFiles('files', 'd');
    await expect(client.removeFiles('files', 'd')).rejects.toMatchObject({ statusCode: 404 });
  });
});
