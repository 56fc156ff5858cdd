import type { ServiceContext } from '@vre/service';
import type { Authenticator } from '../access/authenticator.ts';
import type { People } from '../access/people.ts';
import type { ServerReader, Servers } from '../servers/servers.ts';
import type { ModelSettings } from './user-model.ts';

/** What the routes of the REST API stand on. */
export type HubParts = {
  readonly context: Pick<ServiceContext, 'database' | 'clock' | 'outbox' | 'addresses'>;
  readonly authenticator: Authenticator;
  readonly people: People;
  readonly servers: Servers;
  readonly read: ServerReader;
  readonly settings: ModelSettings;
};
