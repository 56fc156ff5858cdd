/** Secrets at rest: envelope encryption with a key file, secret files, the certificates of one machine. */

export { openSecrets, type Secrets } from './envelope.ts';
export { type LocalCertificates, localCertificates } from './local-certificates.ts';
export { readOrCreateSecretFile, readSecretFile, writeSecretFile } from './secret-file.ts';
export { selfSignedPem } from './self-signed.ts';
