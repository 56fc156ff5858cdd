import { z } from 'zod';

/** Version of JupyterHub whose REST API is spoken; sent as `X-JupyterHub-Version`. */
export const hubApiVersion = '6.1.1';

const time = z.string().nullable();

/** A server as the REST API shows it. Fields that the caller's scopes do not cover are absent. */
export const serverModel = z.looseObject({
  name: z.string(),
  display_name: z.string().optional(),
  full_name: z.string(),
  last_activity: time,
  started: time,
  pending: z.enum(['spawn', 'stop', 'check', 'rename']).nullable(),
  ready: z.boolean(),
  stopped: z.boolean(),
  /** Path below the hub's host, `/user/NAME/[SERVER/]`. */
  url: z.string(),
  full_url: z.string().nullable(),
  user_options: z.record(z.string(), z.unknown()),
  progress_url: z.string(),
  full_progress_url: z.string().nullable(),
  /** What this product adds; absent at another hub. */
  vre: z
    .looseObject({
      state: z.enum(['requested', 'preparing', 'starting', 'ready', 'stopping', 'stopped', 'failed']),
      profile: z.string(),
      /** Sentence for people: what is being done, or why it failed and what to do. */
      message: z.string(),
      percent: z.number(),
      /** Last lines of the log of a failed start. */
      log: z.array(z.string()),
      /** When the server is stopped unless somebody works in it. */
      stops_at: time,
      tokens_expire_at: time,
      isolation: z.string(),
      /** What the home held when the server was started, own packages included. */
      disk: z.looseObject({ used_bytes: z.number(), limit_bytes: z.number() }).nullish(),
    })
    .optional(),
});
export type ServerModel = z.output<typeof serverModel>;

/** A user as the REST API shows it. */
export const userModel = z.looseObject({
  kind: z.literal('user'),
  name: z.string(),
  admin: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
  groups: z.array(z.string()).optional(),
  server: z.string().nullable().optional(),
  pending: z.string().nullable().optional(),
  created: time.optional(),
  last_activity: time.optional(),
  servers: z.record(z.string(), serverModel).optional(),
});
export type UserModel = z.output<typeof userModel>;

/** An API token without its secret; `token` holds the secret in the answer that creates it, and never again. */
export const tokenModel = z.looseObject({
  kind: z.literal('api_token'),
  id: z.string(),
  user: z.string().optional(),
  roles: z.array(z.string()),
  scopes: z.array(z.string()),
  note: z.string(),
  created: time,
  last_activity: time,
  expires_at: time,
  session_id: z.string().nullable(),
  oauth_client: z.string(),
  token: z.string().optional(),
});
export type TokenModel = z.output<typeof tokenModel>;
