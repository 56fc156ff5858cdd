/** The Rucio wire format: names, errors, bodies, rows, and a typed client. Browser-safe. */

export { createRucioClient, type RucioClient, type RucioClientOptions } from './client.ts';
export { type ClientConfiguration, clientConfiguration } from './client-configuration.ts';
export { type DidType, didTypeOf, didTypes, type ScopedName, scopedName } from './did.ts';
export {
  errorHeaders,
  isRucioErrorClass,
  RucioError,
  type RucioErrorClass,
  rucioErrorBody,
  rucioErrors,
} from './errors.ts';
export { parseRucioJson, renderRucioJson } from './json.ts';
export { type MetalinkFile, metalinkEpilog, metalinkFile, metalinkProlog } from './metalink.ts';
export { isValid, nameRules, requireName } from './name-rules.ts';
export { PythonSyntaxError, type PythonValue, parsePythonLiteral, pythonRepr } from './python-literal.ts';
export * from './requests.ts';
export * from './rows.ts';
export {
  type LockState,
  lockStates,
  type ReplicaState,
  type RuleState,
  replicaStates,
  ruleStates,
} from './states.ts';
export { parseRucioDate, rucioDate } from './timestamps.ts';
