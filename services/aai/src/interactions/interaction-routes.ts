import { formTargetOf, type PagePlace, pageHeaders } from '@vre/http-server';
import type { Clock } from '@vre/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { type Account, AccountError } from '../accounts/account.ts';
import type { Accounts } from '../accounts/account-service.ts';
import type { ClientDeclaration } from '../clients/client.ts';
import type { AttemptLimiter } from '../login-limits/attempt-limiter.ts';
import { requesterAddress } from '../provider/requester-address.ts';
import { audiencesOf } from '../tokens/audience.ts';
import { grantConsent, requestedScopesOf } from './consent.ts';
import type { FormGuard } from './form-guard.ts';
import { createInteractionFrame, type Interaction } from './interaction-frame.ts';
import { type SignInLimits, signIn } from './sign-in.ts';
import { consentPage, loginPage, newPasswordPage } from './sign-in-pages.ts';

export type InteractionContext = {
  readonly provider: Provider;
  readonly place: PagePlace;
  readonly clients: ReadonlyMap<string, ClientDeclaration>;
  readonly accounts: Accounts;
  readonly limiter: AttemptLimiter;
  readonly limits: SignInLimits;
  readonly guard: FormGuard;
  readonly clock: Clock;
  readonly shortestPassword: number;
  onPasswordChosen(account: Account): Promise<void>;
};

type Form = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Sign-in, forced change of the password and consent: pages between an application's request and the answer to it. */
export function interactionRoutes(app: FastifyInstance, context: InteractionContext): void {
  const { provider, place, guard } = context;
  const { within, expired } = createInteractionFrame(provider, place, guard);
  const path = `${place.mountPath}/interaction/:uid`;

  const show = (reply: FastifyReply, interaction: Interaction, body: string, status = 200) =>
    reply
      .code(status)
      .headers(pageHeaders(formTargetOf(interaction.params.redirect_uri)))
      .send(body);
  const finish = async (
    request: FastifyRequest,
    reply: FastifyReply,
    result: Parameters<Provider['interactionResult']>[2],
  ) => {
    const returnTo = await provider.interactionResult(request.raw, reply.raw, result, {
      mergeWithLastSubmission: true,
    });
    return reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  };
  const clientName = (interaction: Interaction) =>
    context.clients.get(String(interaction.params.client_id))?.name ?? 'an application';

  const showLogin = (
    reply: FastifyReply,
    interaction: Interaction,
    username: string,
    fault?: string,
    status = 200,
  ) =>
    show(
      reply,
      interaction,
      loginPage(place, {
        uid: interaction.uid,
        csrf: guard.csrf(interaction.uid),
        clientName: clientName(interaction),
        username,
        fault,
      }),
      status,
    );
  const showNewPassword = (reply: FastifyReply, interaction: Interaction, account: Account, fault?: string) =>
    show(
      reply,
      interaction,
      newPasswordPage(place, {
        uid: interaction.uid,
        csrf: guard.csrf(interaction.uid),
        proof: guard.proof(interaction.uid, account.id),
        username: account.username,
        shortest: context.shortestPassword,
        fault,
      }),
      fault === undefined ? 200 : 400,
    );
  const finishLogin = async (request: FastifyRequest, reply: FastifyReply, account: Account) => {
    await context.accounts.signedIn(account.id);
    return finish(request, reply, { login: { accountId: account.id, amr: ['pwd'] } });
  };
  const finishConsent = async (request: FastifyRequest, reply: FastifyReply, interaction: Interaction) => {
    const accountId = interaction.session?.accountId;
    if (accountId === undefined) return expired(reply);
    return finish(request, reply, {
      consent: { grantId: await grantConsent(provider, interaction, accountId) },
    });
  };

  app.get(
    path,
    within(async (request, reply, interaction) => {
      if (interaction.prompt.name === 'login') {
        return showLogin(reply, interaction, textOf(interaction.params.login_hint).slice(0, 100));
      }
      const client = context.clients.get(String(interaction.params.client_id));
      if (client?.consent === 'never') return finishConsent(request, reply, interaction);
      const accountId = interaction.session?.accountId;
      const account = accountId === undefined ? undefined : await context.accounts.byId(accountId);
      if (!account || !client) return expired(reply);
      const scopes = requestedScopesOf(interaction);
      const resource = [interaction.params.resource ?? []].flat().map(String);
      return show(
        reply,
        interaction,
        consentPage(place, {
          uid: interaction.uid,
          csrf: guard.csrf(interaction.uid),
          clientName: clientName(interaction),
          username: account.username,
          scopes,
          // A refresh may ask for any of the client's audiences, so that is what is agreed to.
          audiences: scopes.includes('offline_access') ? client.audiences : resource.flatMap(audiencesOf),
          destination: formTargetOf(interaction.params.redirect_uri) ?? 'the device that shows the code',
        }),
      );
    }, false),
  );

  app.post(
    `${path}/login`,
    within(async (request, reply, interaction) => {
      const form = request.body as Form;
      const username = textOf(form.username).slice(0, 100);
      const outcome = await signIn(context, {
        username,
        password: textOf(form.password),
        address: requesterAddress(request),
      });
      switch (outcome.kind) {
        case 'signed-in':
          return finishLogin(request, reply, outcome.account);
        case 'must-change-password':
          return showNewPassword(reply, interaction, outcome.account);
        case 'wait':
          reply.header('retry-after', String(outcome.seconds));
          return showLogin(reply, interaction, username, outcome.message, 429);
        case 'refused':
          return showLogin(reply, interaction, username, outcome.message, 401);
      }
    }),
  );

  app.post(
    `${path}/password`,
    within(async (request, reply, interaction) => {
      const form = request.body as Form;
      const accountId = guard.proven(interaction.uid, form.proof);
      const account = accountId === undefined ? undefined : await context.accounts.byId(accountId);
      if (account?.state !== 'active' || !account.mustChangePassword) return expired(reply);
      const password = textOf(form['new-password']);
      if (password !== textOf(form['repeat-password'])) {
        return showNewPassword(
          reply,
          interaction,
          account,
          'The two passwords differ; type the same one twice.',
        );
      }
      try {
        await context.accounts.choosePassword(account, password);
      } catch (error) {
        if (!(error instanceof AccountError)) throw error;
        return showNewPassword(reply, interaction, account, error.message);
      }
      await context.onPasswordChosen(account);
      return finishLogin(request, reply, account);
    }),
  );

  app.post(
    `${path}/consent`,
    within(async (request, reply, interaction) => {
      if (interaction.prompt.name !== 'consent') return expired(reply);
      if ((request.body as Form).decision !== 'allow') {
        return finish(request, reply, { error: 'access_denied', error_description: 'the person said no' });
      }
      return finishConsent(request, reply, interaction);
    }),
  );

  app.post(
    `${path}/cancel`,
    within((request, reply) =>
      finish(request, reply, {
        error: 'access_denied',
        error_description: 'the person cancelled the sign-in',
      }),
    ),
  );
}
