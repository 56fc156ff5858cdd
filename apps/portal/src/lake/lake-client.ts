import { createRucioClient } from '@vre/protocol-rucio';
import { gatewayFetch } from '../gateway/gateway.ts';

/** The data lake as the edge shows it to this browser. */
export const lakeClient = createRucioClient({ fetch: gatewayFetch, baseUrl: '/x/lake' });
