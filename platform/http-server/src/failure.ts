import type { FastifyError } from 'fastify';

/** Failures of the machine that a client may know of, by system error or SQLSTATE. */
const known: Readonly<Record<string, { readonly status: number; readonly sentence: string }>> = {
  ...Object.fromEntries(
    ['53100', 'ENOSPC', 'EDQUOT'].map((code) => [
      code,
      {
        status: 507,
        sentence:
          'No space left on the disk of the platform, so nothing was changed: try again when the operator has freed some.',
      },
    ]),
  ),
  // The database starts, stops or recovers; the connection to it was refused or lost.
  ...Object.fromEntries(
    ['57P01', '57P02', '57P03'].map((code) => [
      code,
      { status: 503, sentence: 'The database is not available at the moment: try again in a minute.' },
    ]),
  ),
};

const knownFailure = (error: unknown) => known[String((error as { code?: unknown } | undefined)?.code)];

/** HTTP status of an error thrown by Fastify itself or by a handler that set `statusCode`, or of a failure of the machine; 500 otherwise. */
export function statusOf(error: unknown): number {
  const status = (error as Partial<FastifyError>).statusCode ?? knownFailure(error)?.status;
  return status !== undefined && status >= 400 && status < 600 ? status : 500;
}

/** What may be shown to a client: the message of a client error, never the inside of a server error. */
export function sentenceOf(error: unknown, requestId: string): string {
  if (statusOf(error) < 500 && error instanceof Error) return error.message;
  return (
    knownFailure(error)?.sentence ??
    `The server failed; the operator finds the cause in the log under request ${requestId}.`
  );
}
