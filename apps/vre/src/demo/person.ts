import { createCookieJar, type Destination, drivePages } from '@vre/aai/drive-pages';

/** A person at a browser without scripts: signs in where asked, confirms, and calls what the portal's pages call. */
export interface Person {
  /** Opens an address and goes on until a page asks nothing any more. */
  visit(url: string): Promise<Destination>;
  /** A call as the portal's own pages make it, with the session cookie. Throws on any status but 2xx. */
  json(
    url: string,
    call?: { readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly json?: unknown },
  ): Promise<unknown>;
}

/** `newPassword` is chosen where the platform asks for one, and is then the password. */
export function createPerson(options: {
  readonly username: string;
  readonly password: string;
  readonly newPassword?: string;
}): Person {
  const cookies = createCookieJar();
  let password = options.password;
  return {
    visit: async (start) => {
      const { username, newPassword } = options;
      const arrived = await drivePages({
        start,
        username,
        password,
        cookies,
        ...(newPassword === undefined ? {} : { newPassword }),
      });
      if (newPassword !== undefined && arrived.status < 400) password = newPassword;
      return arrived;
    },
    json: async (url, call = {}) => {
      const headers = new Headers({
        accept: 'application/json',
        'x-vre': '1',
        'sec-fetch-site': 'same-origin',
      });
      const cookie = cookies.header(new URL(url));
      if (cookie !== undefined) headers.set('cookie', cookie);
      if (call.json !== undefined) headers.set('content-type', 'application/json');
      const body = call.json === undefined ? {} : { body: JSON.stringify(call.json) };
      const answer = await fetch(url, { method: call.method ?? 'GET', headers, redirect: 'manual', ...body });
      cookies.store(new URL(url), answer.headers.getSetCookie());
      const text = await answer.text();
      if (!answer.ok)
        throw new Error(
          `${call.method ?? 'GET'} ${new URL(url).pathname} answered ${answer.status}: ${text.slice(0, 300)}`,
        );
      return text === '' ? undefined : JSON.parse(text);
    },
  };
}
