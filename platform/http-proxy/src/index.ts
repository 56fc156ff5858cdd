/** One message through a reverse proxy: streams, connection headers, WebSockets. */
export { endToEndAnswer, endToEndHeaders } from './end-to-end-headers.ts';
export { type AnswerHead, forwardRequest } from './forward-request.ts';
export { forwardUpgrade, refuseUpgrade, type UpgradeTarget } from './forward-upgrade.ts';
