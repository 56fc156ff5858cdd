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

/**
 * Device authorization grant (RFC 8628) of the public client `vre-cli`: shows where to confirm, waits, returns an
 * access token for one audience.
 */
export async function signInByDevice(
  http: HttpClient,
  issuer: string,
  audience: string,
  show: (sentence: string) => void,
): Promise<string> {
  const metadata = (await http.json(`${issuer}.well-known/openid-configuration`)) as {
    readonly device_authorization_endpoint: string;
    readonly token_endpoint: string;
  };
  const authorization = authorizationSchema.parse(
    await http.json(metadata.device_authorization_endpoint, {
      form: { client_id: 'vre-cli', scope: 'openid profile', audience },
    }),
  );
  show(
    `Open ${authorization.verification_uri_complete ?? authorization.verification_uri} and confirm the code ${authorization.user_code}`,
  );
  const deadline = Date.now() + authorization.expires_in * 1000;
  let interval = authorization.interval;
  while (Date.now() < deadline) {
    await pause(interval * 1000);
    try {
      const answer = (await http.json(metadata.token_endpoint, {
        form: {
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code: authorization.device_code,
          client_id: 'vre-cli',
        },
      })) as { readonly access_token: string };
      return answer.access_token;
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
