import { HubError } from '@vre/protocol-jupyterhub';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HubParts } from './hub-parts.ts';

/** ISO 8601; clients of the hub mean UTC when they name no zone. */
const time = z.string().transform((text, check) => {
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`;
  const date = new Date(zoned);
  if (/^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(date.getTime())) return date;
  check.addIssue({ code: 'custom', message: `${JSON.stringify(text.slice(0, 60))} is not an ISO 8601 time` });
  return z.NEVER;
});
const body = z.looseObject({
  last_activity: time.nullish(),
  servers: z.record(z.string(), z.looseObject({ last_activity: time })).nullish(),
});

/** Clocks differ, time zones are mistaken: no activity lies this far ahead. */
const aheadMilliseconds = 59 * 60_000;

/** `POST /users/{user}/activity`: servers tell that somebody works in them. */
export function activityRoutes(app: FastifyInstance, parts: HubParts): void {
  const { authenticator, people, servers, context } = parts;
  app.post('/users/:user/activity', async (request: FastifyRequest<{ Params: { user: string } }>, reply) => {
    const caller = await authenticator.caller(request);
    const account = await people.find(caller, 'users:activity', request.params.user);
    const told = body.parse(request.body ?? {});
    const activity = Object.entries(told.servers ?? {}).map(
      ([name, { last_activity: at }]) => [name, at] as const,
    );
    if (told.last_activity == null && activity.length === 0)
      throw new HubError(400, 'Say last_activity, or servers with the last_activity of each.');
    const latest = context.clock.now().getTime() + aheadMilliseconds;
    for (const at of [told.last_activity ?? undefined, ...activity.map(([, date]) => date)])
      if (at !== undefined && at.getTime() > latest)
        throw new HubError(400, `${at.toISOString()} is too far in the future: check the clock.`);
    await servers.recordActivity(account, {
      ...(told.last_activity == null ? {} : { lastActivity: told.last_activity }),
      servers: Object.fromEntries(activity),
    });
    return reply.code(200).send();
  });
}
