import type { Access } from './route-table.ts';

/** Belong to one connection, not to the message (RFC 9110 §7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
]);

/** What the edge knows about the connection; `host` is what the service gets as Host. */
export type Forwarding = {
  readonly clientAddress: string;
  readonly publicOrigin: URL;
  readonly host: string;
  readonly requestId: string;
};

const isForwarding = (name: string) =>
  name === 'forwarded' || name.startsWith('x-forwarded-') || name === 'x-real-ip' || name === 'x-request-id';

const isCredential = (name: string) =>
  name === 'authorization' || name === 'cookie' || name === 'access_token' || name.startsWith('x-rucio-');

/** Says that a browser asked; the service is asked by the edge. */
const isBrowserTrace = (name: string) =>
  name === 'origin' || name === 'referer' || name === 'x-vre' || name.startsWith('sec-fetch-');

function keepsRequestHeader(access: Access, name: string): boolean {
  if (name === 'host' || hopByHop.has(name) || isForwarding(name)) return false;
  if (access.kind === 'session') return !isCredential(name) && !isBrowserTrace(name);
  return access.kind === 'own-cookies' || name !== 'cookie';
}

const connectionNames = (values: readonly string[]) =>
  new Set(values.flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())));

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    found.push([rawHeaders[at] as string, rawHeaders[at + 1] as string]);
  return found;
}

/**
 * Request headers for the service as a flat list, case and order kept: what the client may not say is gone, what
 * the edge says is added. `credential` is the access token of a session route.
 */
export function requestHeaders(
  rawHeaders: readonly string[],
  access: Access,
  forwarding: Forwarding,
  credential: string | undefined,
): string[] {
  const all = pairs(rawHeaders);
  const named = connectionNames(
    all.filter(([name]) => name.toLowerCase() === 'connection').map(([, value]) => value),
  );
  const kept = all.filter(([name]) => {
    const lower = name.toLowerCase();
    return keepsRequestHeader(access, lower) && !(named.has(lower) && lower !== 'content-length');
  });
  const { publicOrigin } = forwarding;
  const own: [string, string][] = [
    ['Host', forwarding.host],
    ['X-Forwarded-For', forwarding.clientAddress],
    ['X-Forwarded-Proto', publicOrigin.protocol.slice(0, -1)],
    ['X-Forwarded-Host', publicOrigin.host],
    ['X-Request-Id', forwarding.requestId],
  ];
  if (access.kind === 'session' && credential !== undefined)
    own.push(
      access.header === 'authorization'
        ? ['Authorization', `Bearer ${credential}`]
        : ['X-Rucio-Auth-Token', credential],
    );
  return [...own, ...kept].flat();
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Would set credentials, ask for them, or open the answer to other origins. */
const isAuthority = (name: string) =>
  name === 'set-cookie' ||
  name === 'www-authenticate' ||
  name === 'clear-site-data' ||
  name.startsWith('x-rucio-auth-token') ||
  name.startsWith('access-control-');

/**
 * A document from a service must not run on the portal's origin, whoever wrote it: workspaces and the lake hold
 * people's files, and a link may carry a token of its own.
 */
const sandboxed = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'referrer-policy': 'no-referrer',
};

const isActiveDocument = (contentType: string) => /html|xml|svg/i.test(contentType);

/** Response headers for the client. The sign-in service's own policy and cookies pass; no other service's do. */
export function responseHeaders(headers: ResponseHeaders, access: Access): Record<string, string | string[]> {
  const named = connectionNames([headers.connection ?? []].flat());
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || hopByHop.has(name) || (named.has(name) && name !== 'content-length')) continue;
    if (access.kind === 'session' && isAuthority(name)) continue;
    if (access.kind === 'own-token' && (name === 'set-cookie' || name === 'clear-site-data')) continue;
    kept[name] = value;
  }
  if (access.kind === 'own-cookies') return kept;
  Object.assign(kept, sandboxed);
  if (access.kind === 'session' && isActiveDocument(String(kept['content-type'] ?? '')))
    kept['content-disposition'] = asAttachment(kept['content-disposition']);
  return kept;
}

/** Keeps a file name that the service gave. */
function asAttachment(disposition: string | string[] | undefined): string {
  const parameters = /;.*/s.exec([disposition ?? ''].flat()[0] ?? '')?.[0] ?? '';
  return `attachment${parameters}`;
}
