import { type HttpClient, HttpError } from '@vre/http-client';

type Grant = {
  readonly nonce: string;
  readonly issuer: string;
  readonly client: string;
  readonly subject: string;
};

/** Stands in for an issuer's token endpoint: answers a code with the granted ID token, and refreshes by counting. */
export function connectedHttp() {
  let granted: Grant | undefined;
  let count = 0;
  const asked: Record<string, string>[] = [];
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    asked,
    grant: (grant: Grant) => {
      granted = grant;
    },
    wrap: (usual: HttpClient, issuer: string): HttpClient => ({
      ...usual,
      json: async (url, call) => {
        if (url.endsWith('/.well-known/openid-configuration')) {
          const metadata = (await usual.json(url, call)) as Record<string, unknown>;
          return { ...metadata, device_authorization_endpoint: `${issuer}device` };
        }
        if (url === `${issuer}device`) {
          const page = 'http://issuer/device';
          return {
            device_code: 'secret',
            user_code: 'ABCD',
            verification_uri: page,
            verification_uri_complete: `${page}?code=ABCD`,
            interval: 5,
            expires_in: 600,
          };
        }
        if (url !== `${issuer}token`) return usual.json(url, call);
        const form = Object.fromEntries(new URLSearchParams(call?.form as Record<string, string>));
        if (form.grant_type !== 'refresh_token') {
          if (granted === undefined) throw new HttpError(400, url, '{"error":"authorization_pending"}');
          const claims = {
            iss: granted?.issuer,
            aud: granted?.client,
            sub: granted?.subject,
            nonce: granted?.nonce,
          };
          return {
            access_token: 'x',
            refresh_token: 'refresh-0',
            id_token: `${encode({})}.${encode(claims)}.x`,
          };
        }
        if (form.refresh_token !== `refresh-${count}`) {
          throw Object.assign(new Error('invalid_grant'), { status: 400, body: 'invalid_grant' });
        }
        asked.push(form);
        count++;
        return { access_token: `access-${count}`, refresh_token: `refresh-${count}`, expires_in: 600 };
      },
    }),
  };
}
