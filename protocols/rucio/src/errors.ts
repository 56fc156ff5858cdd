/**
 * Every error class that this API answers with, by HTTP status. Clients decide by class, not by status; 401 is kept
 * for authentication alone because the Python client logs in again, three times, at any 401.
 */
export const rucioErrors = {
  AccessDenied: 403,
  AccountNotFound: 404,
  CannotAuthenticate: 401,
  ConfigNotFound: 404,
  CounterNotFound: 404,
  DIDFilterSyntaxError: 400,
  DatabaseException: 503,
  DataIdentifierAlreadyExists: 409,
  DataIdentifierNotFound: 404,
  Duplicate: 409,
  DuplicateContent: 409,
  DuplicateRule: 409,
  FileAlreadyExists: 409,
  FileConsistencyMismatch: 412,
  IdentityError: 400,
  IdentityNotFound: 404,
  InputValidationError: 400,
  InsufficientAccountLimit: 409,
  InsufficientTargetRSEs: 409,
  InvalidAccountType: 400,
  InvalidMetadata: 400,
  InvalidObject: 400,
  InvalidPath: 400,
  InvalidReplicationRule: 409,
  InvalidRequest: 400,
  InvalidRSEExpression: 400,
  InvalidRuleWeight: 409,
  InvalidSourceReplicaExpression: 409,
  InvalidType: 400,
  InvalidValueForKey: 400,
  KeyError: 400,
  KeyNotFound: 404,
  LifetimeExceptionNotFound: 404,
  ReplicaIsLocked: 423,
  ReplicaNotFound: 404,
  RequestNotFound: 404,
  ResourceTemporaryUnavailable: 503,
  RSEAttributeNotFound: 404,
  RSENotFound: 404,
  RSEOperationNotSupported: 404,
  RSEProtocolNotSupported: 404,
  RSEWriteBlocked: 409,
  RucioException: 500,
  RuleNotFound: 404,
  RuleReplaceFailed: 409,
  ScopeNotFound: 404,
  SortingAlgorithmNotSupported: 400,
  StagingAreaRuleRequiresLifetime: 409,
  SubscriptionNotFound: 404,
  TypeError: 400,
  UnsupportedAccountName: 400,
  UnsupportedMetadataPlugin: 400,
  UnsupportedOperation: 409,
  UnsupportedRequestedContentType: 406,
  UnsupportedStatus: 409,
  ValueError: 400,
} as const;

export type RucioErrorClass = keyof typeof rucioErrors;

export const isRucioErrorClass = (name: string): name is RucioErrorClass => Object.hasOwn(rucioErrors, name);

/** An error in the protocol's own words; `message` is shown to people and says what to do where something helps. */
export class RucioError extends Error {
  readonly errorClass: RucioErrorClass;
  readonly statusCode: number;
  constructor(
    errorClass: RucioErrorClass,
    message: string,
    options?: ErrorOptions & { readonly statusCode?: number },
  ) {
    super(message, options);
    this.name = 'RucioError';
    this.errorClass = errorClass;
    this.statusCode = options?.statusCode ?? rucioErrors[errorClass];
  }
}

const longestHeader = 125;

/** Header form of an error: one line, ASCII, at most 125 characters. */
export function errorHeaders(
  errorClass: string,
  message: string,
): { readonly ExceptionClass: string; readonly ExceptionMessage: string } {
  const line = message.replace(/[\r\n]+/g, ' ').replace(/[^\x20-\x7e]/g, '?');
  return {
    ExceptionClass: errorClass,
    ExceptionMessage: line.length > longestHeader ? `${line.slice(0, longestHeader)}...` : line,
  };
}

/** Body form of an error; clients prefer it to the headers. */
export const rucioErrorBody = (errorClass: string, message: string): string =>
  JSON.stringify({ ExceptionClass: errorClass, ExceptionMessage: message });
