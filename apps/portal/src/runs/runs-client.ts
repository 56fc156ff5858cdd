import { createReanaClient } from '@vre/protocol-reana';
import { gatewayFetch } from '../gateway/gateway.ts';

/** The workflow service as the edge shows it to this browser. */
export const runsClient = createReanaClient({ fetch: gatewayFetch, baseUrl: '/x/reana' });
