import { z } from 'zod';
export const dataLakeConfigSchema = z.strictObject({}).prefault({});
