import { createCookieJar, drivePages, formsOf } from '@vre/aai/drive-pages';
import { beforeAll, expect, test } from 'vitest';
import { callControl } from '../../src/control/control-client.ts';
import { sharedPlatform } from '../harness/running-platform.ts';

type Platform = Awaited<ReturnType<typeof sharedPlatform>>;
let platform: Platform;
let lake: string;
const username = `victim${process.pid.toString(36)}`;
const password = 'correct horse battery staple';

beforeAll(async () => {
  platform = await sharedPlatform();
  lake = platform.addresses.lake;
  await callControl(platform.installation, 'api', '/aai/users', {
    method: 'POST',
    json: { username, password },
  });
});

/** What a waiting client does first: a link for the person, from which it fetches the token itself. */
async function begin(): Promise<string> {
  const answer = await fetch(`${lake}/auth/oidc`, {
    headers: { 'x-rucio-client-authorize-polling': 'True', 'user-agent': 'rucio-clients/of-the-attacker' },
  });
  return answer.headers.get('x-rucio-oidc-auth-url') as string;
}
const fetchToken = async (link: string) => {
  const answer = await fetch(link, { headers: { 'x-rucio-client-fetch-token': 'True' }, redirect: 'manual' });
  return { status: answer.status, token: answer.headers.get('x-rucio-auth-token') };
};
/** The person opens an address, signs in, agrees at the sign-in service, and stops before confirming at the lake. */
async function signIn(start: string) {
  const page = await drivePages({
    start,
    username,
    password,
    cookies: createCookieJar(),
    stopAtForm: (form) => form.action.endsWith('/auth/oidc_confirm'),
  });
  const form = formsOf(page.html).find(({ action }) => action.endsWith('/auth/oidc_confirm'));
  const secret = form?.inputs.find(({ name }) => name === 'secret')?.value ?? '';
  return { page, secret };
}
const confirm = (secret: string, decision: string, origin = lake) =>
  fetch(`${lake}/auth/oidc_confirm`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin },
    body: new URLSearchParams({ secret, decision }).toString(),
  });

test('signing in with a link that someone else made hands nothing out; the page says who asked, from where, when', async () => {
  const link = await begin();
  // The stranger goes to the issuer's address with the link and sends only that on.
  const toIssuer = await fetch(link, { redirect: 'manual' });
  expect(toIssuer.status).toBe(303);
  const { page, secret } = await signIn(toIssuer.headers.get('location') as string);
  expect(page.text).toContain('rucio-clients/of-the-attacker');
  expect(page.text).toContain(username);
  expect(page.text).toMatch(/127\.0\.0\.1|::1/);
  expect(page.text).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/);
  expect(await fetchToken(link)).toEqual({ status: 200, token: null });
  for (const origin of ['null', 'https://example.org']) {
    expect((await confirm(secret, 'allow', origin)).status).toBe(403);
  }
  expect((await confirm('a-guess', 'allow')).status).toBe(401);
  expect(await fetchToken(link)).toEqual({ status: 200, token: null });
  expect((await confirm(secret, 'refuse')).status).toBe(200);
  expect((await fetchToken(link)).status).toBe(401);
});

test('confirmed, the token is handed out once', async () => {
  const link = await begin();
  const { secret } = await signIn(link);
  expect((await confirm(secret, 'allow')).status).toBe(200);
  expect((await confirm(secret, 'allow')).status).toBe(401);
  const { token } = await fetchToken(link);
  expect(token?.split('.')).toHaveLength(3);
  expect((await fetchToken(link)).status).toBe(401);
});
