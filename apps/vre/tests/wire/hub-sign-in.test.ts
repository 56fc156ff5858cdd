import { beforeAll, expect, test } from 'vitest';
import { callControl } from '../../src/control/control-client.ts';
import { createPerson, type Person } from '../../src/demo/person.ts';
import { sharedPlatform } from '../harness/running-platform.ts';

type Platform = Awaited<ReturnType<typeof sharedPlatform>>;
let platform: Platform;
let hub: string;
let portal: string;
const username = `hubber${process.pid.toString(36)}`;
const password = 'correct horse battery staple';
let person: Person;

async function createAccount(name: string): Promise<Person> {
  await callControl(platform.installation, 'api', '/aai/users', {
    method: 'POST',
    json: { username: name, password, name: 'Hub Tester', email: `${name}@example.org` },
  });
  return createPerson({ username: name, password });
}

beforeAll(async () => {
  platform = await sharedPlatform();
  hub = platform.addresses.notebooks;
  portal = platform.addresses.portal;
  person = await createAccount(username);
});

test('a person signs in to the hub by way of the sign-in service, and out again', async () => {
  const arrived = await person.visit(`${hub}/hub/login?next=/hub/api/user`);
  expect([arrived.status, arrived.url]).toEqual([200, `${hub}/hub/api/user`]);
  expect(JSON.parse(arrived.html)).toMatchObject({ kind: 'user', name: username, admin: false });
  const own = (await person.json(`${hub}/hub/api/users/${username}`)) as { readonly servers: unknown };
  expect(own.servers).toEqual({});
  const out = await person.visit(`${hub}/hub/logout`);
  expect([out.url, out.text.includes('Signed out')]).toEqual([`${hub}/hub/logged-out`, true]);
  await expect(person.json(`${hub}/hub/api/user`)).rejects.toThrow('403');
});

test('the portal’s browser uses the REST API by a token of its own; a hub token works from anywhere', async () => {
  await person.visit(`${portal}/x/login?next=/`);
  const made = (await person.json(`${portal}/x/hub/users/${username}/tokens`, {
    method: 'POST',
    json: { note: 'laptop', expires_in: 600 },
  })) as { readonly id: string; readonly token: string };
  const who = () => fetch(`${hub}/hub/api/user`, { headers: { authorization: `token ${made.token}` } });
  const answer = await who();
  expect(answer.headers.get('x-jupyterhub-version')).toBe('6.1.1');
  expect(await answer.json()).toMatchObject({ name: username, token_id: made.id });
  await person.json(`${portal}/x/hub/users/${username}/tokens/${made.id}`, { method: 'DELETE' });
  expect((await who()).status).toBe(403);
});

test('the operator sees who is who', async () => {
  const name = `${username}x`;
  const other = await createAccount(name);
  await other.visit(`${hub}/hub/login?next=/hub/api/user`);
  const accounts = (await callControl(platform.installation, 'api', '/notebooks/accounts')) as {
    readonly accounts: readonly { readonly name: string; readonly mapped: boolean }[];
  };
  expect(accounts.accounts).toContainEqual(expect.objectContaining({ name, mapped: false }));
});

test('people who write localhost come to the hub’s own name', async () => {
  const { port } = new URL(hub);
  const answer = await fetch(`http://localhost:${port}/hub/health?x=1`, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([307, `${hub}/hub/health?x=1`]);
  expect((await fetch(`http://localhost:${port}/hub/logout`, { method: 'POST' })).status).toBe(421);
  const home = await fetch(`${hub}/hub/home`, { redirect: 'manual' });
  expect(home.headers.get('location')).toBe(`${portal}/notebooks`);
});
