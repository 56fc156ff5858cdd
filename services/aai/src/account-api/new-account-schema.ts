import { z } from 'zod';

/** Body that creates an account, over the API and on the control socket. */
export const newAccountSchema = z.strictObject({
  username: z.string().max(100),
  name: z.string().trim().min(1).max(200).optional(),
  email: z.email().max(254).optional(),
  password: z.string().max(1024).optional(),
  administrator: z.boolean().optional(),
});
