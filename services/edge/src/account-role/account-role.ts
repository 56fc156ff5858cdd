import type { HttpClient } from '@vre/http-client';
import type { Addresses } from '@vre/service';
import { z } from 'zod';
import type { TokenBroker, WantedToken } from '../token-broker/index.ts';

const accountSchema = z.looseObject({ administrator: z.boolean() });

/**
 * Asks our own sign-in service whether a session's person is an administrator: its tokens do not say. Only what the
 * portal shows depends on it, so a service that does not answer means "no".
 */
export async function isAdministratorAtIssuer(
  http: HttpClient,
  addresses: Addresses,
  tokens: TokenBroker,
  sessionId: string,
  place: { readonly path: string; readonly wanted: WantedToken },
): Promise<boolean> {
  try {
    const { token } = await tokens.accessToken(sessionId, place.wanted);
    const url = `${addresses.internal('aai')}${place.path}me`;
    const account = await http.json(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5000),
    });
    return accountSchema.parse(account).administrator;
  } catch {
    return false;
  }
}
