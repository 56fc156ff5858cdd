/** Cookies of one browser, as far as walking sign-in pages needs them: host, path, expiry. */
export interface CookieJar {
  store(url: URL, setCookies: readonly string[]): void;
  header(url: URL): string | undefined;
}

type Cookie = { readonly host: string; readonly path: string; readonly name: string; readonly value: string };

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    store: (url, setCookies) => {
      for (const line of setCookies) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
        const equals = pair.indexOf('=');
        const attribute = (name: string) =>
          attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
        const path = attribute('path') ?? (url.pathname.replace(/\/[^/]*$/, '') || '/');
        const cookie = {
          host: url.hostname,
          path,
          name: pair.slice(0, equals),
          value: pair.slice(equals + 1),
        };
        const key = `${cookie.host} ${cookie.path} ${cookie.name}`;
        const expires = attribute('expires');
        const ended =
          attribute('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now());
        if (ended) cookies.delete(key);
        else cookies.set(key, cookie);
      }
    },
    header: (url) => {
      const fitting = [...cookies.values()].filter(
        ({ host, path }) =>
          host === url.hostname &&
          (url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`)),
      );
      if (fitting.length === 0) return undefined;
      return fitting
        .sort((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
    },
  };
}
