import type { HttpClient } from '@vre/http-client';
import { z } from 'zod';

const metadataSchema = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  userinfo_endpoint: z.url().optional(),
  device_authorization_endpoint: z.url().optional(),
  revocation_endpoint: z.url().optional(),
  end_session_endpoint: z.url().optional(),
});
const userInfoSchema = z.looseObject({
  sub: z.string(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
  groups: z.array(z.string()).optional(),
});

/** Discovery document (OpenID Connect Discovery 1.0 §3), the parts we use. */
export type IssuerMetadata = z.infer<typeof metadataSchema>;
export type UserInfo = z.infer<typeof userInfoSchema>;

/** What we ask an issuer, ours or a foreign one. */
export interface IssuerClient {
  readonly issuer: string;
  /** Cached for an hour; a failure is not cached. */
  metadata(): Promise<IssuerMetadata>;
  /** Claims about the person behind an access token that carries `openid`. */
  userInfo(accessToken: string): Promise<UserInfo>;
  /** Calls the token endpoint with client_secret_basic (RFC 6749 §2.3.1), or as a public client without secret. */
  token(
    form: Readonly<Record<string, string>>,
    client: { readonly id: string; readonly secret: string | undefined },
  ): Promise<unknown>;
}

const hour = 3_600_000;

/** `issuer` exactly as tokens name it, with its final slash if it has one. */
export function createIssuerClient(issuer: string, http: HttpClient, now: () => Date): IssuerClient {
  let cached: { readonly until: number; readonly value: Promise<IssuerMetadata> } | undefined;
  const discover = async (): Promise<IssuerMetadata> => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const metadata = metadataSchema.parse(await http.json(url, { attempts: 4 }));
    if (metadata.issuer !== issuer)
      throw new Error(`${url} names the issuer ${metadata.issuer}, configured is ${issuer}`);
    return metadata;
  };
  const metadata = (): Promise<IssuerMetadata> => {
    if (cached && cached.until > now().getTime()) return cached.value;
    const value = discover();
    cached = { until: now().getTime() + hour, value };
    value.catch(() => {
      cached = undefined;
    });
    return value;
  };
  const endpoint = async (name: 'token_endpoint' | 'userinfo_endpoint'): Promise<string> => {
    const url = (await metadata())[name];
    if (url === undefined) throw new Error(`the issuer ${issuer} publishes no ${name}`);
    return url;
  };
  return {
    issuer,
    metadata,
    userInfo: async (accessToken) =>
      userInfoSchema.parse(
        await http.json(await endpoint('userinfo_endpoint'), {
          headers: { authorization: `Bearer ${accessToken}` },
        }),
      ),
    token: async (form, client) => {
      const url = await endpoint('token_endpoint');
      if (client.secret === undefined) return http.json(url, { form: { ...form, client_id: client.id } });
      const basic = Buffer.from(
        `${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`,
      ).toString('base64');
      return http.json(url, { form, headers: { authorization: `Basic ${basic}` } });
    },
  };
}
