import { join } from 'node:path';
import type { ClientDeclaration } from '@vre/aai';
import { readOrCreateSecretFile } from '@vre/secrets';
import {
  type Addresses,
  audiences,
  lakeCapabilitySet,
  type OidcClient,
  type ServiceName,
} from '@vre/service';
import type { Installation } from '../installation/installation.ts';

const identityScopes = ['openid', 'profile', 'email', 'offline_access', 'wlcg', 'wlcg.groups'];

/** Client id of each service that signs people in or acts for them. */
const clientIds = {
  edge: 'portal',
  'data-lake': 'data-lake',
  workflows: 'workflows',
  notebooks: 'notebooks',
} as const;

/** The service's own client; its secret is made at the first start and shared through a 0600 file. */
export async function oidcClientOf(installation: Installation, service: ServiceName): Promise<OidcClient> {
  const id = service in clientIds ? clientIds[service as keyof typeof clientIds] : service;
  return {
    id,
    secret: await readOrCreateSecretFile(join(installation.directory, 'secrets', 'oidc-clients', id)),
  };
}

/** Every client of this installation that the identity provider knows from the start. */
export async function firstPartyClients(
  installation: Installation,
  addresses: Addresses,
): Promise<readonly ClientDeclaration[]> {
  const lakeAudiences = [audiences.lake, addresses.storageDoor];
  const [portal, lake, workflows, notebooks] = await Promise.all([
    oidcClientOf(installation, 'edge'),
    oidcClientOf(installation, 'data-lake'),
    oidcClientOf(installation, 'workflows'),
    oidcClientOf(installation, 'notebooks'),
  ]);
  return [
    {
      ...portal,
      name: 'VRE portal',
      redirectUris: [`${addresses.portal}/x/callback`],
      postLogoutRedirectUris: [`${addresses.portal}/`],
      grantTypes: ['authorization_code', 'refresh_token'],
      audiences: [...lakeAudiences, audiences.workflows, audiences.notebooks, audiences.aai],
      scopes: [...identityScopes, lakeCapabilitySet],
      consent: 'never',
    },
    {
      ...lake,
      name: 'Data lake (rucio command line)',
      redirectUris: [`${addresses.lake}/auth/oidc_code`],
      grantTypes: ['authorization_code', 'refresh_token'],
      audiences: lakeAudiences,
      scopes: [...identityScopes, lakeCapabilitySet],
      consent: 'always',
    },
    {
      ...workflows,
      name: 'Workflows (runs that use your data)',
      redirectUris: [`${addresses.portal}/api/connect/callback`],
      grantTypes: ['authorization_code', 'refresh_token', 'device_code'],
      audiences: lakeAudiences,
      scopes: [...identityScopes, lakeCapabilitySet],
      consent: 'always',
    },
    {
      ...notebooks,
      name: 'Notebooks (servers that use your data and workflows)',
      redirectUris: [`${addresses.notebooks}/hub/oauth_callback`],
      postLogoutRedirectUris: [`${addresses.notebooks}/hub/logged-out`],
      grantTypes: ['authorization_code', 'refresh_token'],
      audiences: [...lakeAudiences, audiences.workflows, audiences.notebooks],
      scopes: [...identityScopes, lakeCapabilitySet],
      consent: 'never',
    },
    {
      id: 'vre-cli',
      name: 'vre command line',
      public: true,
      redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      grantTypes: ['authorization_code', 'refresh_token', 'device_code'],
      audiences: [...lakeAudiences, audiences.workflows, audiences.notebooks, audiences.aai],
      scopes: [...identityScopes, lakeCapabilitySet],
      consent: 'always',
    },
  ];
}
