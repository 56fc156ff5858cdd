import { createServer } from 'node:net';
import { createHttpServer } from '@vre/http-server';
import { startTestIssuer, type TestContext, type TestIssuer, testContext } from '@vre/testing';
import { createHub, type Hub } from '../hub.ts';
import { type NotebooksConfig, notebooksConfigSchema } from '../notebooks-config.ts';
import { notebooksMigrations } from '../notebooks-migrations.ts';
import { renderError } from '../render-error.ts';
import { type FakeServers, fakeServers } from './fake-servers.test-support.ts';
import { type SignInIssuer, signInIssuer } from './sign-in-issuer.test-support.ts';

/** An answer read whole. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly setCookies: readonly string[];
  readonly text: string;
  // Tests look into bodies of any form.
  // biome-ignore lint/suspicious/noExplicitAny: what is asserted says what it is
  json(): any;
};
export type Call = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
};

/** One browser with its cookies, as the hub's host sees it. */
export interface Browser {
  readonly cookies: Map<string, string>;
  /** A navigation, or a request of a page of the hub itself. */
  fetch(path: string, call?: Call): Promise<Answer>;
  /** Goes by way of the issuer; the answer is the last one, to the callback. */
  signIn(username: string, next?: string): Promise<Answer>;
}

/** The hub on a loopback port, with servers that are rows only. */
export interface HubUnderTest {
  readonly url: string;
  readonly context: TestContext;
  readonly issuer: TestIssuer;
  readonly signIns: SignInIssuer;
  readonly hub: Hub;
  readonly fake: FakeServers;
  fetch(path: string, call?: Call): Promise<Answer>;
  browser(): Browser;
  /** A person whom the issuer knows; returns their `sub`. */
  person(username: string, groups?: readonly string[]): string;
  /** Headers with a token of the issuer for the hub. */
  bearer(username: string): Promise<{ readonly authorization: string }>;
  close(): Promise<void>;
}

export async function startHub(config: Partial<NotebooksConfig> = {}): Promise<HubUnderTest> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const issuer = await startTestIssuer();
  const base = await testContext('hub', notebooksMigrations, { issuer: issuer.issuer, notebooks: url });
  const signIns = signInIssuer(issuer, base.oidcClient, base.clock);
  const context: TestContext = { ...base, http: signIns.wrap(base.http) };
  const hub = createHub(context, { ...notebooksConfigSchema.parse({}), ...config });
  const fake = fakeServers(context);
  const server = createHttpServer({
    name: 'notebooks',
    log: context.log,
    metrics: context.metrics,
    hostNames: [`127.0.0.1:${port}`],
    renderError,
  });
  hub.routes(server.app, { ...fake, environments: [], buildDirectory: context.dataDirectory });
  await server.listen([{ host: '127.0.0.1', port }]);

  const call = async (path: string, options: Call = {}): Promise<Answer> => {
    const body =
      options.form !== undefined
        ? new URLSearchParams(options.form).toString()
        : options.body === undefined
          ? undefined
          : JSON.stringify(options.body);
    const answer = await fetch(path.startsWith('http') ? path : url + path, {
      method: options.method ?? 'GET',
      redirect: 'manual',
      headers: {
        ...(body === undefined
          ? {}
          : {
              'content-type':
                options.form === undefined ? 'application/json' : 'application/x-www-form-urlencoded',
            }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      setCookies: answer.headers.getSetCookie(),
      text,
      json: () => JSON.parse(text),
    };
  };

  const people = new Map<string, string>();
  const person = (username: string, groups: readonly string[] = []): string => {
    const known = people.get(username);
    if (known !== undefined) return known;
    const sub = context.identifiers.uuid();
    people.set(username, sub);
    issuer.setUser(sub, {
      preferred_username: username,
      name: `${username} Tester`,
      email: `${username}@example.org`,
      'wlcg.groups': groups,
    });
    return sub;
  };

  return {
    url,
    context,
    issuer,
    signIns,
    hub,
    fake,
    fetch: call,
    person,
    bearer: async (username) => {
      const exp = Math.floor(context.clock.now().getTime() / 1000) + 600;
      const token = await issuer.token({ sub: person(username), aud: 'jupyterhub', exp });
      return { authorization: `Bearer ${token}` };
    },
    browser: () => {
      const cookies = new Map<string, string>();
      const browse = async (path: string, options: Call = {}): Promise<Answer> => {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const answer = await call(path, {
          ...options,
          headers: {
            accept: 'text/html,application/xhtml+xml',
            ...(cookie === '' ? {} : { cookie }),
            ...options.headers,
          },
        });
        for (const set of answer.setCookies) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
          if (value === '') cookies.delete(name);
          else cookies.set(name, value);
        }
        return answer;
      };
      return {
        cookies,
        fetch: browse,
        signIn: async (username, next) => {
          const start = await browse(
            next === undefined ? '/hub/login' : `/hub/login?next=${encodeURIComponent(next)}`,
          );
          const back = signIns.approve(start.headers.get('location') ?? '', person(username));
          return browse(back.pathname + back.search);
        },
      };
    },
    close: async () => {
      hub.stop();
      await server.close(100);
      await issuer.close();
      await base.dispose();
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
