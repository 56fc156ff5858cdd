/** What tests of services stand on: a migrated database each, a context with a hand-driven clock, an issuer of tokens. */
export { type HandClock, handClock } from './hand-clock.ts';
export { type Requirement, requirement } from './requirements.ts';
export { type TestContext, testContext } from './test-context.ts';
export { type TestDatabase, testDatabase } from './test-database.ts';
export { startTestIssuer, type TestIssuer } from './test-issuer.ts';
