import { setTimeout as pause } from 'node:timers/promises';
import { type HttpClient, HttpError } from '@vre/http-client';
import { z } from 'zod';

const authorizationSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string().optional(),
  expires_in: z.number(),
  interval: z.number().default(5),
});

const metadataSchema = z.looseObject({
  device_authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string(),
});
const tokensSchema = z.looseObject({ access_token: z.string(), refresh_token: z.string().optional() });
type Tokens = z.output<typeof tokensSchema>;
const client_id = 'vre-cli';

/**
 * Device authorization grant (RFC 8628) of the public client `vre-cli`: shows where to confirm, waits, returns one
 * access token an audience, in their order. The person confirms once; nothing that could be renewed is kept.
 */
export async function signInByDevice<const Audiences extends readonly [string, ...string[]]>(
  http: HttpClient,
  issuer: string,
  audiences: Audiences,
  show: (sentence: string) => void,
): Promise<{ readonly [Index in keyof Audiences]: string }> {
  const metadata = metadataSchema.parse(await http.json(`${issuer}.well-known/openid-configuration`));
  const [audience, ...others] = audiences;
  const scope = others.length === 0 ? 'openid profile' : 'openid profile offline_access';
  const authorization = authorizationSchema.parse(
    await http.json(metadata.device_authorization_endpoint, { form: { client_id, scope, audience } }),
  );
  show(
    `Open ${authorization.verification_uri_complete ?? authorization.verification_uri} and confirm the code ${authorization.user_code}`,
  );
  const first = await confirmed(http, metadata.token_endpoint, authorization);
  const tokens = [first.access_token];
  let refresh_token = first.refresh_token;
  for (const other of others) {
    if (refresh_token === undefined)
      throw new Error('the sign-in service gave no token for several services: sign in again');
    const next: Tokens = tokensSchema.parse(
      await http.json(metadata.token_endpoint, {
        form: {
          grant_type: 'refresh_token',
          client_id,
          refresh_token,
          scope: 'openid profile',
          audience: other,
        },
      }),
    );
    tokens.push(next.access_token);
    refresh_token = next.refresh_token;
  }
  if (refresh_token !== undefined) {
    const form = { client_id, token: refresh_token, token_type_hint: 'refresh_token' };
    await http.json(metadata.revocation_endpoint, { form });
  }
  // One token was added for each audience.
  return tokens as { readonly [Index in keyof Audiences]: string };
}

/** Asks until the person has confirmed. */
async function confirmed(
  http: HttpClient,
  endpoint: string,
  authorization: z.output<typeof authorizationSchema>,
): Promise<Tokens> {
  const deadline = Date.now() + authorization.expires_in * 1000;
  let interval = authorization.interval;
  while (Date.now() < deadline) {
    await pause(interval * 1000);
    try {
      return tokensSchema.parse(
        await http.json(endpoint, {
          form: {
            grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
            device_code: authorization.device_code,
            client_id,
          },
        }),
      );
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const { error: reason } = JSON.parse(error.body) as { readonly error?: string };
      if (reason === 'slow_down') interval += 5;
      else if (reason !== 'authorization_pending')
        throw new Error(`the sign-in was not confirmed (${reason}): run the command again`);
    }
  }
  throw new Error('nobody confirmed the code in time: run the command again');
}
