/** Why an environment cannot be had. */
export type EnvironmentErrorCode =
  | 'invalid-declaration'
  | 'unknown-environment'
  | 'no-python'
  | 'no-uv'
  | 'no-network'
  | 'build-failed'
  | 'overlay-failed'
  | 'data-failed'
  | 'test-failed';

/** Thrown by this package; the message says what is missing, what to do, and what still works. */
export class EnvironmentError extends Error {
  readonly code: EnvironmentErrorCode;
  constructor(code: EnvironmentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EnvironmentError';
    this.code = code;
  }
}
