import { GatewayError } from './gateway-error.ts';

/** What a person needs to know about a failure: why, and what to do next. */
export type Problem = {
  readonly why: string;
  readonly next: string;
  readonly reference: string | undefined;
};

const nextByStatus: Readonly<Record<number, string>> = {
  400: 'Check what you entered and try again.',
  401: 'Sign in again.',
  403: 'Ask the owner or an administrator for access.',
  404: 'It may have been deleted or renamed. Go back to the list and look again.',
  409: 'Reload to see the present state, then decide again.',
  413: 'It is too large for this way; use the command line client.',
  429: 'Wait a moment, then try again.',
  502: 'The service may be starting. Try again in a few seconds; an operator can run "vre status".',
  503: 'The service may be starting. Try again in a few seconds; an operator can run "vre status".',
};

/** The shape that protocol clients give their errors, read without depending on any of them. */
type ProtocolError = { status?: unknown; statusCode?: unknown; message?: unknown };

const statusOf = (error: unknown): number | undefined => {
  if (error instanceof GatewayError) return error.status;
  const { status, statusCode } = (error ?? {}) as ProtocolError;
  if (typeof status === 'number') return status;
  return typeof statusCode === 'number' ? statusCode : undefined;
};

/** Explains a failure in two sentences. */
export function explainProblem(error: unknown): Problem {
  const status = statusOf(error);
  const reference = error instanceof GatewayError ? error.reference : undefined;
  if (error instanceof TypeError && status === undefined) {
    return {
      why: 'The platform did not answer.',
      next: 'Check that it runs ("vre status") and that your connection is up, then try again.',
      reference,
    };
  }
  const why = error instanceof Error && error.message !== '' ? error.message : 'The reason is not known.';
  const next =
    nextByStatus[status ?? 0] ??
    (status !== undefined && status >= 500
      ? 'Try again; if it stays, give the reference to an operator.'
      : 'Try again in a moment.');
  return { why, next, reference };
}

/** True when asking again cannot help. */
export const isFinal = (error: unknown): boolean => {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
};
