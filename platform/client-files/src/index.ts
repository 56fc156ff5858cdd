/** Files by which the field's clients in a job find their addresses, tokens and authorities. */
export { writeCredential } from './credential.ts';
export { lakeTokenRequest, type RucioFiles, rucioFiles, writeRucioFiles } from './rucio-files.ts';
