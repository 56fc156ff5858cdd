/** An answer of the platform that is not a success. `message` is the service's own sentence where it gave one. */
export class GatewayError extends Error {
  readonly status: number;
  /** Name of the error in its protocol's catalogue, such as `InsufficientAccountLimit`. */
  readonly code: string | undefined;
  /** The request's id, for the operator's logs. */
  readonly reference: string | undefined;

  constructor(status: number, message: string, code?: string, reference?: string) {
    super(message);
    this.name = 'GatewayError';
    this.status = status;
    this.code = code;
    this.reference = reference;
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Reads the sentence out of the error forms of Rucio, REANA, OAuth and our own edge. */
export async function gatewayErrorOf(response: Response): Promise<GatewayError> {
  const reference = response.headers.get('x-request-id') ?? undefined;
  const body = await response.text().catch(() => '');
  let fields: Record<string, unknown> = {};
  try {
    fields = (JSON.parse(body) as Record<string, unknown> | null) ?? {};
  } catch {
    // not JSON: the status line has to do
  }
  const message =
    text(fields.ExceptionMessage) ??
    text(fields.message) ??
    text(fields.error_description) ??
    text(fields.error) ??
    `The platform answered ${response.status} ${response.statusText}`.trim();
  return new GatewayError(
    response.status,
    message,
    text(fields.ExceptionClass) ?? text(fields.code),
    reference,
  );
}
