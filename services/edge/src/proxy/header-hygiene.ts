import { endToEndAnswer, endToEndHeaders } from '@vre/http-proxy';
import type { Access } from './route-table.ts';

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
  if (name === 'host' || isForwarding(name)) return false;
  if (access.kind === 'session') return !isCredential(name) && !isBrowserTrace(name);
  return access.kind === 'own-cookies' || name !== 'cookie';
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
  return [...own.flat(), ...endToEndHeaders(rawHeaders, (name) => keepsRequestHeader(access, name))];
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

function keepsAnswerHeader(access: Access, name: string): boolean {
  if (access.kind === 'session') return !isAuthority(name);
  return access.kind === 'own-cookies' || (name !== 'set-cookie' && name !== 'clear-site-data');
}

/** Response headers for the client. The sign-in service's own policy and cookies pass; no other service's do. */
export function responseHeaders(headers: ResponseHeaders, access: Access): Record<string, string | string[]> {
  const kept = endToEndAnswer(headers, (name) => keepsAnswerHeader(access, name));
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
