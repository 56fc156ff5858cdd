/** What goes over the wire between a hub, its servers, its services and the people who script it. */
export {
  createHubClient,
  type HubClient,
  type NotebookToSend,
  type SentRun,
  type StartOptions,
  type UserPage,
} from './client.ts';
export { HubError, type HubErrorBody, messages } from './errors.ts';
export {
  hubApiVersion,
  type ServerModel,
  serverModel,
  type TokenModel,
  tokenModel,
  type UserModel,
  userModel,
} from './models.ts';
export { type ProfileModel, profileModel } from './profile.ts';
export { type ProgressEvent, progressEvent } from './progress.ts';
export { readProgressStream } from './progress-stream.ts';
export {
  containedScopes,
  covers,
  expandScopes,
  formatScope,
  intersectScopes,
  isCovered,
  parseScope,
  reachOf,
  type Scope,
  type ScopeFilter,
  type ScopeResource,
  scopeHierarchy,
} from './scopes.ts';
