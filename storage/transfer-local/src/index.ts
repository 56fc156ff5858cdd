/** Copies between elements that one process reaches, checksummed on the way and on arrival. */
export { copyLocal, type LocalCopy } from './copy-local.ts';
