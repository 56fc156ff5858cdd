import { join } from 'node:path';
import { createHttpClient, HttpError } from '@vre/http-client';
import type { Installation } from '../installation/installation.ts';

/** The platform of this data directory is not running. */
export class NotRunning extends Error {
  constructor(installation: Installation) {
    super(
      `the VRE in ${installation.directory} is not running: start it with "vre up --data ${installation.directory}"`,
    );
    this.name = 'NotRunning';
  }
}

/** Calls an operator action of a running process over its control socket. */
export async function callControl(
  installation: Installation,
  process: 'api' | 'worker',
  path: string,
  options: { readonly method?: 'GET' | 'POST' | 'DELETE'; readonly json?: unknown } = {},
): Promise<unknown> {
  const http = createHttpClient();
  try {
    return await http.json(`unix:${join(installation.run, `${process}.sock`)}:${path}`, {
      ...options,
      headersTimeout: 600_000,
    });
  } catch (error) {
    if (error instanceof HttpError) throw new Error(messageOf(error.body));
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') throw new NotRunning(installation);
    throw error;
  } finally {
    await http.close();
  }
}

function messageOf(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? body);
  } catch {
    return body;
  }
}
