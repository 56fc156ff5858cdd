import type { ClientMetadata } from 'oidc-provider';

/** An application that may ask for tokens, as the composition root or the operator declares it. */
export type ClientDeclaration = {
  readonly id: string;
  /** Without one the client is public. Base64url only: clients differ in how they encode anything else (RFC 6749 §2.3.1). */
  readonly secret?: string;
  /** What people read on the consent page. */
  readonly name: string;
  /** Exact, but for the port of loopback addresses of public clients (RFC 8252 §7.3). */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly grantTypes: readonly GrantType[];
  /** Audiences it may ask for; the first is the one it gets when it names none. */
  readonly audiences: readonly string[];
  /** Scopes it may ask for; `wlcg.groups` includes the groups by name, `storage.read:/a` what lies below `/a`. */
  readonly scopes: readonly string[];
  /** `never`: part of the platform, signing in is enough. `always`: the person sees and confirms what is asked for. */
  readonly consent: 'never' | 'always';
  readonly public?: boolean;
};

export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials' | 'device_code';

const registeredGrantTypes: Record<GrantType, string> = {
  authorization_code: 'authorization_code',
  refresh_token: 'refresh_token',
  client_credentials: 'client_credentials',
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
};

/** The declaration as client metadata (RFC 7591 §2). Throws when the declaration contradicts itself. */
export function clientMetadata(client: ClientDeclaration): ClientMetadata {
  const isPublic = client.public === true;
  if (isPublic === (client.secret !== undefined)) {
    throw new Error(`client ${client.id} must be either public or have a secret`);
  }
  if (isPublic && client.grantTypes.includes('client_credentials')) {
    throw new Error(`client ${client.id} is public and cannot prove who it is for client credentials`);
  }
  const usesCode = client.grantTypes.includes('authorization_code');
  return {
    client_id: client.id,
    client_name: client.name,
    ...(client.secret === undefined ? {} : { client_secret: client.secret }),
    token_endpoint_auth_method: isPublic ? 'none' : 'client_secret_basic',
    // Native applications may use any port of the loopback interface.
    application_type: isPublic ? 'native' : 'web',
    grant_types: client.grantTypes.map((type) => registeredGrantTypes[type]),
    response_types: usesCode ? ['code'] : [],
    redirect_uris: usesCode ? [...client.redirectUris] : [],
    post_logout_redirect_uris: [...(client.postLogoutRedirectUris ?? [])],
  };
}
