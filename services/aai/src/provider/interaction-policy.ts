import { interactionPolicy } from 'oidc-provider';
import type { ClientDeclaration } from '../clients/client.ts';

/** The library's prompts, and the two things they do not know: disabled accounts and clients to be confirmed each time. */
export function interactions(clients: ReadonlyMap<string, ClientDeclaration>) {
  const { Check, base } = interactionPolicy;
  const policy = base();
  policy
    .get('login')
    ?.checks.add(
      new Check(
        'account_gone',
        'the account of this session is disabled',
        (ctx) => Boolean(ctx.oidc.session?.accountId) && !ctx.oidc.account,
      ),
    );
  policy
    .get('consent')
    ?.checks.add(
      new Check(
        'confirm_each_time',
        'this client is confirmed by the person every time',
        (ctx) =>
          clients.get(ctx.oidc.client?.clientId ?? '')?.consent === 'always' &&
          ctx.oidc.result?.consent === undefined,
      ),
    );
  return policy;
}
