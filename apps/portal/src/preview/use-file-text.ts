import { useQuery } from '@tanstack/react-query';
import { gatewayFetch } from '../gateway/gateway.ts';
import { gatewayErrorOf } from '../gateway/gateway-error.ts';

/** The text of a small file. */
export const useFileText = (address: string) =>
  useQuery({
    queryKey: ['file', address],
    queryFn: async ({ signal }) => {
      const response = await gatewayFetch(address, { signal });
      if (!response.ok) throw await gatewayErrorOf(response);
      return response.text();
    },
    gcTime: 60_000,
  });
