import { type PagePlace, pageHeaders } from '@vre/http-server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors, type Provider } from 'oidc-provider';
import type { FormGuard } from './form-guard.ts';
import { errorPage } from './message-pages.ts';

/** A request for authorization that waits for the person. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

export type InteractionHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
  interaction: Interaction,
) => Promise<FastifyReply>;

/** What every page of an interaction goes through first. */
export interface InteractionFrame {
  /** Finds the interaction by its cookie, and for forms checks where they come from. */
  within(
    handler: InteractionHandler,
    isForm?: boolean,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
  /** The answer when there is no such interaction (any more). */
  expired(reply: FastifyReply): FastifyReply;
}

export function createInteractionFrame(
  provider: Provider,
  place: PagePlace,
  guard: FormGuard,
): InteractionFrame {
  const expired = (reply: FastifyReply) =>
    reply
      .code(400)
      .headers(pageHeaders())
      .send(
        errorPage(place, {
          title: 'This sign-in has expired',
          sentence: 'The page was open for too long, or it belongs to another browser.',
          next: 'Go back to where you came from and start again.',
          code: 'interaction_not_found',
        }),
      );
  const forged = (reply: FastifyReply) =>
    reply
      .code(403)
      .headers(pageHeaders())
      .send(
        errorPage(place, {
          title: 'This form was not accepted',
          sentence: 'It did not come from the page that we showed you.',
          next: 'Go back to where you came from and start again; nothing was changed.',
          code: 'csrf',
        }),
      );
  return {
    expired,
    within:
      (handler, isForm = true) =>
      async (request, reply) => {
        let interaction: Interaction;
        try {
          interaction = await provider.interactionDetails(request.raw, reply.raw);
        } catch (error) {
          if (!(error instanceof errors.SessionNotFound)) throw error;
          return expired(reply);
        }
        const { uid } = request.params as { uid: string };
        if (interaction.uid !== uid) return expired(reply);
        const { csrf } = (request.body ?? {}) as { readonly csrf?: unknown };
        if (isForm && !guard.accepts(request, uid, csrf)) return forged(reply);
        return handler(request, reply, interaction);
      },
  };
}
