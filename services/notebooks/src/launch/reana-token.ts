import type { HttpClient } from '@vre/http-client';
import type { TokenKeeper } from '@vre/identity';
import { type Addresses, audiences } from '@vre/service';
import { z } from 'zod';

const minted = z.object({ id: z.string(), token: z.string() });
type Parts = { readonly http: HttpClient; readonly addresses: Addresses; readonly keeper: TokenKeeper };
type Person = { readonly issuer: string; readonly subject: string };

async function asPerson({ keeper, addresses }: Parts, person: Person) {
  const { token } = await keeper.accessToken(person, {
    audience: audiences.workflows,
    scope: 'openid profile',
  });
  return {
    url: `${addresses.internal('workflows')}/api/x-tokens`,
    headers: { authorization: `Bearer ${token}` },
  };
}

/** A REANA token of one start of a server; it ends by itself should it never be revoked. */
export async function mintReanaToken(
  parts: Parts,
  person: Person,
  label: string,
  expiresInDays: number,
): Promise<{ readonly id: string; readonly token: string }> {
  const { url, headers } = await asPerson(parts, person);
  return minted.parse(await parts.http.json(url, { headers, json: { label, expiresInDays } }));
}

/** One that is gone already is as good as revoked. */
export async function revokeReanaToken(parts: Parts, person: Person, id: string): Promise<void> {
  const { url, headers } = await asPerson(parts, person);
  const answer = await parts.http.request(`${url}/${id}`, { method: 'DELETE', headers });
  await answer.body.dump();
  if (answer.status >= 300 && answer.status !== 404) {
    throw new Error(`the workflow service answered ${answer.status} when a token was to be revoked`);
  }
}
