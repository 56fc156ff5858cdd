import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { endApplication, endSession, listApplications, listSessions } from './access-list.ts';

/** Clients that may act for the person; none can be listed in front of a foreign issuer. */
export const useApplications = () =>
  useQuery({ queryKey: ['applications'], queryFn: listApplications, retry: false });

export const useEndApplication = (clientId: string) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => endApplication(clientId),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['applications'] }),
  });
};

export const useSessions = () => useQuery({ queryKey: ['sessions'], queryFn: listSessions, retry: false });

export const useEndSession = (id: string) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => endSession(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
};
