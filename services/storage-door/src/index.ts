/** WebDAV over storage elements, for tokens with WLCG storage scopes. */

export type { DoorDirectory } from './elements.ts';
export { type Decision, type DoorAction, decide, decideMove } from './policy.ts';
export { type StorageDoorConfig, storageDoorConfigSchema } from './storage-door-config.ts';
export {
  createStorageDoorService,
  type StorageDoorContext,
  type StorageDoorOptions,
} from './storage-door-service.ts';
