import { createHubClient } from '@vre/protocol-jupyterhub';
import { gatewayFetch } from '../gateway/gateway.ts';

/** The hub as the edge shows it to this browser. */
export const hubClient = createHubClient({ fetch: gatewayFetch, baseUrl: '/x/hub' });
