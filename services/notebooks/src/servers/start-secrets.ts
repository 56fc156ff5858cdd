import type { Secrets } from '@vre/secrets';
import { z } from 'zod';

const schema = z.object({
  /** The server's own token at the hub. */
  hubToken: z.string(),
  /** Id of its REANA token; null when workflows could not be reached. */
  reanaTokenId: z.string().nullable(),
});
/** What the platform itself keeps of the tokens of one start. */
export type StartSecrets = z.output<typeof schema>;

const purpose = (serverId: string) => `tokens of server ${serverId}`;

export const sealStartSecrets = (secrets: Secrets, serverId: string, given: StartSecrets): string =>
  secrets.encrypt(JSON.stringify(given), purpose(serverId));
export const openStartSecrets = (secrets: Secrets, serverId: string, sealed: string): StartSecrets =>
  schema.parse(JSON.parse(secrets.decrypt(sealed, purpose(serverId))));
