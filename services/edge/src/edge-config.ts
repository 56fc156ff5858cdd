import { durationSchema } from '@vre/config';
import { z } from 'zod';

/** Configuration of the edge: sessions, what is asked of the issuer, which services browsers reach. */
export const edgeConfigSchema = z.strictObject({
  'session-idle-time': durationSchema
    .prefault('12 h')
    .describe('A browser session ends after this time without a request.'),
  'session-life-time': durationSchema
    .prefault('7 d')
    .describe('A browser session ends this long after signing in, used or not.'),
  'sign-in-scopes': z
    .array(z.string().regex(/^[^\s"\\]+$/))
    .default(['openid', 'profile', 'email', 'offline_access', 'wlcg.groups', 'wlcg.capabilityset:/data-lake'])
    .describe(
      'Scopes asked of the issuer at sign-in; shorten the list for an issuer that refuses unknown ones.',
    ),
  'administrator-groups': z
    .array(z.string())
    .default(['administrators'])
    .describe(
      'Members of any of these groups see the operator pages of the portal; services decide on their own.',
    ),
  services: z
    .array(z.enum(['data-lake', 'workflows', 'notebooks']))
    .default(['data-lake', 'workflows', 'notebooks'])
    .describe('Services that the portal offers and whose events it shows.'),
  'trusted-storage': z
    .array(z.url({ protocol: /^https$/ }))
    .default([])
    .describe(
      'Origins of storage elements, besides our own door, that may see the token of a person who downloads a file in the browser.',
    ),
  'answer-timeout': durationSchema
    .prefault('5 min')
    .describe(
      'How long a service may take until its answer begins; the answer itself may last as long as it likes.',
    ),
});

export type EdgeConfig = z.output<typeof edgeConfigSchema>;
