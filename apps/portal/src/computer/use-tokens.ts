import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { runsClient } from '../runs/runs-client.ts';

const tokensKey = ['tokens'] as const;

/** REANA tokens of the person, newest first. */
export const useTokens = () =>
  useQuery({
    queryKey: tokensKey,
    queryFn: async ({ signal }) => {
      const tokens = await runsClient.listTokens(signal);
      return tokens.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
    },
  });

const useRenewTokens = () => {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: tokensKey });
};

/** Makes a token; its value comes with this answer only. */
export const useMintToken = () => {
  const renew = useRenewTokens();
  return useMutation({
    mutationFn: ({ label, days }: { readonly label: string; readonly days: number }) =>
      runsClient.mintToken(label, days),
    onSuccess: renew,
  });
};

export const useRevokeToken = (id: string) => {
  const renew = useRenewTokens();
  return useMutation({ mutationFn: () => runsClient.revokeToken(id), onSuccess: renew });
};

/** Whether runs may use the data lake for the person. */
export const useConnected = () =>
  useQuery({ queryKey: ['connected'], queryFn: ({ signal }) => runsClient.isConnected(signal) });

/** Goes to the issuer, which asks for consent and comes back to this page. */
export const useConnect = () =>
  useMutation({ mutationFn: () => runsClient.connect(), onSuccess: (address) => location.assign(address) });

export const useDisconnect = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => runsClient.disconnect(),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['connected'] }),
  });
};
