import { z } from 'zod';

/**
 * One `data:` line of a server's progress stream. The last event of a stream carries `ready` (with `url`) or `failed`.
 * @see https://jupyterhub.readthedocs.io/en/stable/reference/rest.html
 */
export const progressEvent = z.looseObject({
  /** 0 to 100. */
  progress: z.number().min(0).max(100),
  message: z.string(),
  html_message: z.string().optional(),
  ready: z.boolean().optional(),
  failed: z.boolean().optional(),
  /** Path of the server, once it is ready. */
  url: z.string().optional(),
});
export type ProgressEvent = z.output<typeof progressEvent>;
