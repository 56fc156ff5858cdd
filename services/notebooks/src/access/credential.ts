import type { IncomingHttpHeaders } from 'node:http';

/** What a request shows to say who asks. A token in a header counts more than a cookie. */
export type Credential =
  | { readonly kind: 'jwt' | 'hub-token'; readonly value: string }
  | { readonly kind: 'session'; readonly value: string };

/** `Authorization: token X` or `Bearer X`, in any case. */
const headerForm = /^(?:token|bearer) +([A-Za-z0-9._~+/-]+=*) *$/i;

export const tokenCredential = (value: string): Credential => ({
  kind: value.split('.').length === 3 ? 'jwt' : 'hub-token',
  value,
});

/** `invalid` when there is an `Authorization` header of another kind: then a cookie does not count either. */
export function readCredential(
  headers: IncomingHttpHeaders,
  sessionValue: (cookieHeader: string | undefined) => string | undefined,
): Credential | 'invalid' | undefined {
  const { authorization, cookie } = headers;
  if (authorization !== undefined) {
    const value = headerForm.exec(authorization)?.[1];
    return value === undefined ? 'invalid' : tokenCredential(value);
  }
  const session = sessionValue(cookie);
  return session === undefined ? undefined : { kind: 'session', value: session };
}
