import { type CookieJar, createCookieJar } from './cookie-jar.ts';
import { formsOf, type PageForm, textOf } from './page-forms.ts';

export { type CookieJar, createCookieJar } from './cookie-jar.ts';
export { formsOf, type PageForm, textOf } from './page-forms.ts';

/** Where a walk ended. */
export type Destination = {
  readonly url: string;
  /** 0 when the walk was stopped before the address was asked. */
  readonly status: number;
  readonly html: string;
  readonly text: string;
  /** Every address on the way, in order. */
  readonly visited: readonly string[];
  readonly cookies: CookieJar;
};

export type DrivePagesOptions = {
  readonly start: string;
  readonly username: string;
  readonly password: string;
  /** Used where a page asks for a new password. */
  readonly newPassword?: string;
  /** Ends before this address is asked: a redirect URI at which nobody listens. */
  readonly stopAt?: (url: URL) => boolean;
  /** Ends at this form instead of sending it. */
  readonly stopAtForm?: (form: PageForm) => boolean;
  /** Cookies of an earlier walk: the same browser. */
  readonly cookies?: CookieJar;
  /** For instance one that trusts a certificate authority of its own, or talks to a server in the same process. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
};

const most = 40;

/**
 * Walks sign-in and confirmation pages as a person with a browser without scripts would: follows redirects, keeps
 * cookies, fills username and password, presses the first button of what asks for confirmation. Ends at a page
 * without a form; a form shown again after it was filled (a wrong password) ends the walk as well.
 */
export async function drivePages(options: DrivePagesOptions): Promise<Destination> {
  const cookies = options.cookies ?? createCookieJar();
  const ask = options.fetch ?? ((url, init) => fetch(url, init));
  const visited: string[] = [];
  const sent = new Set<string>();
  let url = new URL(options.start);
  let init: RequestInit = {};

  for (let step = 0; step < most; step++) {
    if (options.stopAt?.(url)) {
      return { url: url.href, status: 0, html: '', text: '', visited, cookies };
    }
    visited.push(url.href);
    const headers = new Headers(init.headers);
    headers.set('accept', 'text/html');
    const cookie = cookies.header(url);
    if (cookie !== undefined) headers.set('cookie', cookie);
    const response = await ask(url.href, { ...init, headers, redirect: 'manual' });
    cookies.store(url, response.headers.getSetCookie());
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      url = new URL(location, url);
      init = {};
      continue;
    }
    const html = await response.text();
    const arrived = { url: url.href, status: response.status, html, text: textOf(html), visited, cookies };
    const form = formsOf(html).find((candidate) => candidate.method === 'post');
    if (form === undefined || options.stopAtForm?.(form)) return arrived;
    const target = new URL(form.action, url);
    if (sent.has(`${target.href} ${form.id}`)) return arrived;
    sent.add(`${target.href} ${form.id}`);
    init = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin },
      body: fill(form, options).toString(),
    };
    url = target;
  }
  throw new Error(
    `the pages did not come to an end after ${most} steps; the last was ${url.origin}${url.pathname}`,
  );
}

/** What the person would type, and the first button. */
function fill(form: PageForm, person: DrivePagesOptions): URLSearchParams {
  const filled = new URLSearchParams();
  for (const { name, type, value } of form.inputs) {
    if (name === '' || type === 'submit' || type === 'checkbox' || type === 'radio') continue;
    if (type === 'password') {
      filled.append(name, /new|repeat/.test(name) ? (person.newPassword ?? '') : person.password);
    } else if (name === 'username' && value === '') {
      filled.append(name, person.username);
    } else {
      filled.append(name, value);
    }
  }
  const button = form.buttons[0];
  if (button !== undefined && button.name !== '') filled.append(button.name, button.value);
  return filled;
}
