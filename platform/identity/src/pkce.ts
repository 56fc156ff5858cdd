import { createHash, randomBytes } from 'node:crypto';

/** Proof key of one authorization (RFC 7636), method S256. */
export type Pkce = { readonly verifier: string; readonly challenge: string };

export function createPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}
