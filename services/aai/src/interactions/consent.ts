import type { Provider } from 'oidc-provider';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** What the provider found missing; the shape of `prompt.details` of its consent prompt. */
type Missing = {
  readonly missingOIDCScope?: readonly string[];
  readonly missingOIDCClaims?: readonly string[];
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
};

/** Records that the person agreed (or that a client of the platform needs no question) and gives the grant's id. */
export async function grantConsent(
  provider: Provider,
  interaction: Interaction,
  accountId: string,
): Promise<string> {
  const existing =
    interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const grant = existing ?? new provider.Grant({ accountId, clientId: String(interaction.params.client_id) });
  const missing = interaction.prompt.details as Missing;
  if (missing.missingOIDCScope) grant.addOIDCScope([...missing.missingOIDCScope]);
  if (missing.missingOIDCClaims) grant.addOIDCClaims([...missing.missingOIDCClaims]);
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, [...scopes]);
  }
  return grant.save();
}

/** Scopes in the order they were asked for, for the consent page. */
export const requestedScopesOf = (interaction: Interaction): readonly string[] => [
  ...new Set(
    String(interaction.params.scope ?? '')
      .split(' ')
      .filter((scope) => scope !== ''),
  ),
];
