/** Which requests may use the session cookie at all. */
export { type BrowserRequest, browserGate, browserRequest, type GateDecision } from './browser-gate.ts';
