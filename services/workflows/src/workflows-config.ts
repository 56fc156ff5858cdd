import { z } from 'zod';
export const workflowsConfigSchema = z.strictObject({}).prefault({});
