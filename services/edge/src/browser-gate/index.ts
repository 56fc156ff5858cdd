/** Which requests may use the session cookie at all. */
export { type BrowserRequest, browserGate, browserRequest } from './browser-gate.ts';
