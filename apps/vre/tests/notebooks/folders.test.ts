import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { longTest as test } from '../harness/clients-test.ts';
import { createNotebookUser, type NotebookUser } from '../harness/notebook-user.ts';
import { sharedPlatform } from '../harness/running-platform.ts';

let hub: string;
let ada: NotebookUser;
let bea: NotebookUser;
let carl: NotebookUser;

beforeAll(async () => {
  const platform = await sharedPlatform();
  hub = platform.addresses.notebooks;
  const { portal } = platform.addresses;
  const head = await createNotebookUser(platform, { administrator: true });
  ada = await createNotebookUser(platform);
  bea = await createNotebookUser(platform);
  carl = await createNotebookUser(platform);
  await head.person.visit(`${portal}/x/login?next=/`);
  const made = await head.person.json(`${portal}/x/aai/groups`, { method: 'POST', json: { path: '/rings' } });
  const { id } = made as { readonly id: string };
  for (const { username } of [ada, bea])
    await head.person.json(`${portal}/x/aai/groups/${id}/members/${username}`, { method: 'PUT' });
  for (const { person } of [ada, bea, carl]) await person.visit(`${hub}/hub/login?next=/hub/api/user`);
});

/** Runs shell lines as a notebook on a server made for it; answers what they print. */
async function shell(user: NotebookUser, ...lines: string[]): Promise<string> {
  const command = lines.join('\n');
  const file = await user.write(
    'shell',
    `import subprocess; print(subprocess.run(${JSON.stringify(command)}, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout)`,
  );
  const { code, output } = await user.notebook('exec', file, '--profile', 'minimal');
  expect(code, output).toBe(0);
  return output;
}

test('members of a group share a folder, everybody shares scratch, and folders say what they are', async () => {
  const project = '~/projects/rings';
  const name = `of-${ada.username}`;
  const first = await shell(
    ada,
    `ls ~/projects; echo from ada > ${project}/${name}; echo mine > ~/shared/${name}; cat ~/shared/README.txt ~/lake/README.txt`,
    `touch ~/lake/README.txt || echo lake refused`,
  );
  expect(first).toContain('rings\n');
  expect(first).toContain('nobody read or wrote for 30 days');
  expect(first).toMatch(/The data lake, read-only[\s\S]*LOCAL-A/);
  expect(first).toContain('lake refused');

  const second = await shell(
    bea,
    `echo from bea >> ${project}/${name}; cat ${project}/${name}`,
    `cat ~/shared/${name}; rm -f ~/shared/${name} || echo scratch refused; ls -d /shared/${name}`,
  );
  expect(second).toContain('from ada\nfrom bea\n');
  expect(second).toContain('mine\n');
  expect(second).toContain('scratch refused');

  const third = await shell(
    carl,
    `ls ~/projects; cat ~/shared/${name}; ls -R $(dirname $(readlink ~/lake))/projects`,
  );
  expect(third).not.toContain('rings\n');
  expect(third).toContain('mine\n');
  expect(third).not.toContain('of-');
});

test('what the home holds is told with the server', async () => {
  const { output } = await ada.notebook('list', '--json');
  const [server] = JSON.parse(output.slice(output.indexOf('[')));
  expect(server.vre.disk.limit_bytes).toBe(100e9);
  expect(server.vre.disk.used_bytes).toBeGreaterThan(0);
  expect(server.full_url).toContain(hub);
});

test('a rescue server starts beside a home that it does not use', async () => {
  const started = await ada.notebook('start', '--profile', 'minimal', '--rescue');
  expect(started.code, started.output).toBe(0);
  const file = await ada.write(
    'rescue',
    'import os; print(os.listdir(os.path.expanduser("~/home")), os.listdir(os.path.expanduser("~")))',
  );
  const { output } = await ada.notebook('exec', file, '--output', join(ada.home, 'out.ipynb'));
  expect(output).toMatch(/\[[^\]]*'executed'[^\]]*\] \[[^\]]*'home'/);
  await ada.notebook('stop');
});
