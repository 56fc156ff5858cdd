/** Why a job could not be handed to a back-end, or cannot be reached. */
export type ComputeErrorCode =
  | 'refused'
  | 'unavailable'
  | 'invalid-spec'
  | 'no-capacity'
  | 'ended'
  | 'port-taken';

/** Thrown by compute back-ends; the message says what to do next. */
export class ComputeError extends Error {
  readonly code: ComputeErrorCode;
  constructor(code: ComputeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ComputeError';
    this.code = code;
  }
}
