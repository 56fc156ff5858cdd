/** Every error body of the hub's REST API. `status` repeats the HTTP status. */
export type HubErrorBody = { readonly status: number; readonly message: string };

/** An error that clients of the hub see as `{status, message}`. */
export class HubError extends Error {
  readonly statusCode: number;
  /** Seconds after which a client may try again (429). */
  readonly retryAfter: number | undefined;
  constructor(
    statusCode: number,
    message: string,
    options?: ErrorOptions & { readonly retryAfter?: number },
  ) {
    super(message, options);
    this.name = 'HubError';
    this.statusCode = statusCode;
    this.retryAfter = options?.retryAfter;
  }
  body(): HubErrorBody {
    return { status: this.statusCode, message: this.message };
  }
}

/** Sentences that several routes answer with. */
export const messages = {
  missingCredentials: 'Missing or invalid credentials.',
  actionNotAuthorized: 'Action is not authorized with current scopes.',
  notFound: 'Not found.',
} as const;
