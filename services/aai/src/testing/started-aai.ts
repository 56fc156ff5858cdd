import { createServer } from 'node:net';
import type { Database } from '@vre/database';
import { createHttpServer } from '@vre/http-server';
import { createPkce } from '@vre/identity';
import { lakeCapabilitySet, type Service, type ServiceContext } from '@vre/service';
import { type AaiConfig, aaiConfigSchema } from '../aai-config.ts';
import { createAaiService } from '../aai-service.ts';
import type { ClientDeclaration } from '../clients/client.ts';
import { aaiMigrations } from '../migrations.ts';
import { type Destination, type DrivePagesOptions, drivePages } from './drive-pages.ts';

/** The platform's clients as `apps/vre` would declare them, and one robot. */
export const clientsForTests: readonly ClientDeclaration[] = [
  {
    id: 'portal',
    secret: 'portal-secret',
    name: 'VRE portal',
    redirectUris: ['http://localhost:9/x/callback'],
    postLogoutRedirectUris: ['http://localhost:9/'],
    grantTypes: ['authorization_code', 'refresh_token'],
    audiences: ['aai', 'rucio', 'reana', 'https://localhost:18003'],
    scopes: ['openid', 'profile', 'email', 'offline_access', 'wlcg.groups', lakeCapabilitySet],
    consent: 'never',
  },
  {
    id: 'workflows',
    secret: 'workflows-secret',
    name: 'Workflows',
    redirectUris: ['http://localhost:9/api/connect/callback'],
    grantTypes: ['authorization_code', 'refresh_token', 'device_code'],
    audiences: ['reana', 'rucio', 'https://localhost:18003'],
    scopes: ['openid', 'profile', 'offline_access', 'wlcg.groups', lakeCapabilitySet],
    consent: 'always',
  },
  {
    id: 'vre-cli',
    name: 'VRE command line',
    redirectUris: ['http://127.0.0.1/callback'],
    grantTypes: ['authorization_code', 'refresh_token', 'device_code'],
    audiences: ['aai', 'rucio', 'reana'],
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    consent: 'always',
    public: true,
  },
  {
    id: 'robot',
    secret: 'robot-secret',
    name: 'Robot',
    redirectUris: [],
    grantTypes: ['client_credentials'],
    audiences: ['storage.example.org'],
    scopes: ['storage.read:/data'],
    consent: 'never',
  },
];

/** What a token endpoint answers. */
export type TokenAnswer = {
  readonly status: number;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly scope: string;
  readonly error: string;
  readonly error_description: string;
};

export type StartedAai = {
  readonly service: Service;
  readonly issuer: string;
  /** Posts a form to an endpoint below the issuer; `client` authenticates by Basic or, public, by its id. */
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    client: { id: string; secret?: string },
  ): Promise<TokenAnswer & Record<string, unknown>>;
  /** Walks the sign-in of a client to its redirect URI. */
  authorize(
    walk: {
      readonly client: string;
      readonly redirectUri: string;
      readonly scope: string;
      readonly audience?: string;
      readonly extra?: Readonly<Record<string, string>>;
    } & Pick<DrivePagesOptions, 'username' | 'password' | 'newPassword' | 'cookies' | 'stopAtForm'>,
  ): Promise<Destination & { readonly verifier: string; readonly code: string | null }>;
  /** The whole sign-in at the portal. */
  signInAtPortal(username: string, password: string, scope?: string): Promise<TokenAnswer>;
  close(): Promise<void>;
};

export const portal = { id: 'portal', secret: 'portal-secret' };
const portalCallback = 'http://localhost:9/x/callback';

/** A port that was free a moment ago; the issuer must be known before the server listens. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Migrations and schema name for `testContext`. */
export const aaiForTests = { schema: 'aai', migrations: aaiMigrations } as const;

/** Starts the service over HTTP on the port of its issuer. */
export async function startAai(
  context: ServiceContext & { readonly database: Database },
  config: Partial<AaiConfig> = {},
  clients: readonly ClientDeclaration[] = clientsForTests,
): Promise<StartedAai> {
  const { issuer } = context.addresses;
  const service = createAaiService(context, { ...aaiConfigSchema.parse({}), ...config }, clients);
  await service.start();
  const { host, port } = new URL(issuer);
  const server = createHttpServer({
    name: 'aai',
    log: context.log,
    metrics: context.metrics,
    hostNames: [host],
    ...service.http,
  });
  await service.routes(server.app);
  await server.listen([{ host: '127.0.0.1', port: Number(port) }]);

  const post: StartedAai['post'] = async (path, form, client) => {
    const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
    if (client.secret !== undefined) {
      headers.authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    }
    const body = new URLSearchParams({
      ...form,
      ...(client.secret === undefined ? { client_id: client.id } : {}),
    });
    const response = await fetch(`${issuer}${path}`, { method: 'POST', headers, body: body.toString() });
    const text = await response.text();
    return { status: response.status, ...(text === '' ? {} : JSON.parse(text)) };
  };
  const authorize: StartedAai['authorize'] = async (walk) => {
    const { verifier, challenge } = createPkce();
    const start = new URL(`${issuer}authorize`);
    start.search = new URLSearchParams({
      client_id: walk.client,
      response_type: 'code',
      redirect_uri: walk.redirectUri,
      scope: walk.scope,
      state: 'the-state',
      nonce: 'the-nonce',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...(walk.audience === undefined ? {} : { audience: walk.audience }),
      ...walk.extra,
    }).toString();
    const arrived = await drivePages({
      ...walk,
      start: start.href,
      stopAt: (url) => url.href.startsWith(`${walk.redirectUri}?`),
    });
    const code = new URL(arrived.url).searchParams.get('code');
    return { ...arrived, verifier, code };
  };
  return {
    service,
    issuer,
    post,
    authorize,
    signInAtPortal: async (
      username,
      password,
      scope = 'openid profile email offline_access wlcg.groups wlcg.capabilityset:/data-lake',
    ) => {
      const { code, verifier, text } = await authorize({
        client: 'portal',
        redirectUri: portalCallback,
        scope,
        username,
        password,
      });
      if (code === null) throw new Error(`the sign-in ended at: ${text}`);
      return post(
        'token',
        { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: portalCallback },
        portal,
      );
    },
    close: () => server.close(100),
  };
}
