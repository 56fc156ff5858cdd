/** Jobs under bubblewrap: the process back-end's starter, limits and watch, in namespaces of their own. */
export { type BubblewrapBackendOptions, createBubblewrapBackend } from './bubblewrap-backend.ts';
