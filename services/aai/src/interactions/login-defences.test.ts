import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeFirstAdministrator } from '../accounts/first-administrator.ts';
import { createCookieJar, drivePages, formsOf, textOf } from '../testing/drive-pages.ts';
import { aaiForTests, freePort, portal, type StartedAai, startAai } from '../testing/started-aai.ts';

const callback = 'http://localhost:9/x/callback';
const chosen = 'a password of my own';
let context: TestContext;
let aai: StartedAai;
let oneTimePassword: string;

beforeAll(async () => {
  const port = await freePort();
  context = await testContext(aaiForTests.schema, aaiForTests.migrations, {
    issuer: `http://localhost:${port}/aai/`,
  });
  aai = await startAai(context);
  const first = await takeFirstAdministrator(context.dataDirectory);
  oneTimePassword = first?.oneTimePassword ?? '';
  expect(first?.username).toBe('admin');
});
afterAll(async () => {
  await aai.close();
  await context.dispose();
});

/** The login page of a fresh browser, and a way to send its form. */
async function openLogin() {
  const cookies = createCookieJar();
  const page = await aai.authorize({
    client: 'portal',
    redirectUri: callback,
    scope: 'openid',
    username: '',
    password: '',
    cookies,
    stopAtForm: (form) => form.id === 'login-form',
    extra: { login_hint: '"><script>alert(1)</script>' },
  });
  const form = formsOf(page.html).find(({ id }) => id === 'login-form');
  const csrf = form?.inputs.find(({ name }) => name === 'csrf')?.value ?? '';
  const target = new URL(form?.action ?? '', page.url);
  const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(target, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: cookies.header(target) ?? '',
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  return { page, csrf, send, target };
}

describe('the first administrator', () => {
  test('the one-time password is handed out once and must be changed, well', async () => {
    expect(oneTimePassword.length).toBeGreaterThanOrEqual(16);
    expect(await takeFirstAdministrator(context.dataDirectory)).toBeUndefined();
    const weak = await drivePages({
      start: (await openLogin()).page.url,
      username: 'admin',
      password: oneTimePassword,
      newPassword: 'short',
    });
    expect(weak.text).toContain('expired');
    const bad = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'admin',
      password: oneTimePassword,
      newPassword: 'short',
    });
    expect(bad.text).toContain('The password must have at least 10 characters.');
    const same = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'admin',
      password: oneTimePassword,
      newPassword: oneTimePassword,
    });
    expect(same.text).toContain('must differ');
    const good = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'admin',
      password: oneTimePassword,
      newPassword: chosen,
    });
    expect(good.code).not.toBeNull();
    const old = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'admin',
      password: oneTimePassword,
    });
    expect(old.text).toContain('Username or password is wrong');
  });
});

describe('the login page', () => {
  test('escapes what it is given, has a strict policy and no inline code', async () => {
    const { page } = await openLogin();
    expect(page.html).toContain('&quot;&gt;&lt;script&gt;');
    expect(page.html).not.toMatch(/<script|<style|\son\w+=|style="/i);
    const asked = await fetch(page.url, {
      headers: { cookie: page.cookies.header(new URL(page.url)) ?? '' },
    });
    const policy = asked.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self' http://localhost:9");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(asked.headers.get('referrer-policy')).toBe('no-referrer');
    const styles = await fetch(new URL('/aai/assets/page.css', aai.issuer));
    expect(styles.headers.get('content-type')).toContain('text/css');
  });

  test('refuses a form without its token, with another one, or from another site', async () => {
    const { csrf, send } = await openLogin();
    const person = { username: 'admin', password: chosen };
    expect((await send(person)).status).toBe(403);
    expect((await send({ ...person, csrf: `${csrf.slice(0, -1)}_` })).status).toBe(403);
    expect((await send({ ...person, csrf }, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await send({ ...person, csrf }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send({ ...person, csrf })).status).toBe(303);
  });

  test('refuses an interaction of another browser', async () => {
    const { csrf, target } = await openLogin();
    const answer = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrf, username: 'admin', password: chosen }).toString(),
    });
    expect(answer.status).toBe(400);
    expect(textOf(await answer.text())).toContain('This sign-in has expired');
  });

  test('cancelling answers access_denied to the application', async () => {
    const { page, csrf } = await openLogin();
    const target = new URL(`${page.url}/cancel`);
    const answer = await fetch(target, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: page.cookies.header(target) ?? '',
      },
      body: new URLSearchParams({ csrf }).toString(),
    });
    const resumed = await drivePages({
      start: answer.headers.get('location') as string,
      username: '',
      password: '',
      cookies: page.cookies,
      stopAt: (url) => url.href.startsWith(callback),
    });
    expect(new URL(resumed.url).searchParams.get('error')).toBe('access_denied');
  });
});

describe('guessing', () => {
  test('a wrong password and an unknown user get the same answer for the same work', async () => {
    const { csrf, send } = await openLogin();
    const answers = new Map<string, { body: string; status: number; work: number }>();
    for (const username of ['admin', 'nobody', 'NOT a name!']) {
      let body = '';
      let status = 0;
      const before = process.cpuUsage();
      for (let turn = 0; turn < 5; turn++) {
        const answer = await send({ csrf, username, password: 'wrong guess' });
        body = (await answer.text()).replace(/value="[^"]*"/g, '');
        status = answer.status;
      }
      const { user, system } = process.cpuUsage(before);
      answers.set(username, { body, status, work: user + system });
    }
    const [known, unknown, malformed] = [...answers.values()];
    expect(known?.status).toBe(401);
    expect(unknown).toMatchObject({ body: known?.body, status: 401 });
    expect(malformed).toMatchObject({ body: known?.body, status: 401 });
    // Processor time of this process, which neighbours do not change: the hash takes 25 ms, all the rest 3.
    const work = known?.work ?? 0;
    expect(unknown?.work).toBeGreaterThan(work / 2);
    expect(malformed?.work).toBeGreaterThan(work / 2);
  });

  test('the eleventh guess at a name has to wait, even with the right password, until the window ends', async () => {
    const { csrf, send } = await openLogin();
    const guesses = await Promise.all(
      Array.from({ length: 12 }, () => send({ csrf, username: 'carol', password: 'wrong' })),
    );
    const statuses = guesses.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    const blocked = guesses.find((answer) => answer.status === 429);
    expect(Number(blocked?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(textOf((await blocked?.text()) ?? '')).toContain('Too many attempts');
    context.clock.advance(901);
    expect((await send({ csrf, username: 'carol', password: 'wrong' })).status).toBe(401);
    expect((await send({ csrf, username: 'admin', password: chosen })).status).toBe(303);
  });
});

describe('sign-out', () => {
  test('asks first, then ends the session and goes to the registered address', async () => {
    const cookies = createCookieJar();
    const { code, verifier } = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'admin',
      password: chosen,
      cookies,
    });
    const tokens = await aai.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: code as string,
        code_verifier: verifier,
        redirect_uri: callback,
      },
      portal,
    );
    const end = await drivePages({
      start: `${aai.issuer}logout?id_token_hint=${tokens.id_token}&post_logout_redirect_uri=${encodeURIComponent('http://localhost:9/')}`,
      username: '',
      password: '',
      cookies,
      stopAt: (url) => url.port === '9',
    });
    expect(end.url).toBe('http://localhost:9/');
    const again = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: '',
      password: '',
      cookies,
      stopAtForm: () => true,
    });
    expect(again.text).toContain('Sign in');
  });
});

test('unknown addresses answer in the form that was asked for', async () => {
  for (const path of ['/nowhere', '/aai/nowhere']) {
    const page = await fetch(new URL(path, aai.issuer), { headers: { accept: 'text/html' } });
    expect(page.status).toBe(404);
    expect(textOf(await page.text())).toContain('Nothing here');
  }
  const json = await fetch(`${aai.issuer}x/nowhere`);
  expect(json.headers.get('content-type')).toContain('application/json');
});
