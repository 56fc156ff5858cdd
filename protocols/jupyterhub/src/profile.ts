import { z } from 'zod';

/**
 * A card that a server is started from: `GET profiles`, which this product adds to the hub's API. Sizes are bytes,
 * `start_seconds` is what a start takes now (with building the environment, if it is not `built`).
 */
export const profileModel = z.looseObject({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  category: z.string(),
  kernels: z.array(z.string()),
  gpu: z.boolean().default(false),
  /** What people who know the original look for, what is there instead, and how a site gets it. */
  missing: z.array(z.object({ what: z.string(), instead: z.string(), site: z.string() })).default([]),
  built: z.boolean(),
  size_bytes: z.number().nullish(),
  start_seconds: z.number().nullish(),
  last_green_test: z.string().nullish(),
  recommended: z.boolean().default(false),
  /** Why no server can be started from it here and now; absent when one can. */
  unavailable: z.string().nullish(),
});
export type ProfileModel = z.output<typeof profileModel>;
