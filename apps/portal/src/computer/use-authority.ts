import { useQuery } from '@tanstack/react-query';
import { gatewayFetch } from '../gateway/gateway.ts';

/** Where the edge offers the certificate authority that clients need, if it is not a public one. */
export const authorityAddress = '/x/ca.pem';

/** Whether this platform has a certificate authority of its own. */
export const useHasAuthority = () =>
  useQuery({
    queryKey: ['authority'],
    queryFn: async ({ signal }) => (await gatewayFetch(authorityAddress, { signal })).ok,
    staleTime: Number.POSITIVE_INFINITY,
  });
