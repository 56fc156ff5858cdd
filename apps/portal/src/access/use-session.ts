import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { signedOutEvent } from '../gateway/gateway.ts';
import { fetchSession, type Session } from './session.ts';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: fetchSession,
  staleTime: 60_000,
  refetchOnWindowFocus: true,
});

/** The session; the page's outermost boundary has loaded it already. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** True when this platform offers the service and shows its pages. */
export function useService(name: 'data-lake' | 'workflows' | 'notebooks'): boolean {
  return useSession().services.includes(name);
}

/** Turns to the sign-in page as soon as any answer says that the session is over. */
export function useSignedOutNews(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const forget = () => {
      const session = queries.getQueryData(sessionQuery.queryKey);
      if (session?.signedIn) queries.setQueryData(sessionQuery.queryKey, { ...session, signedIn: false });
    };
    window.addEventListener(signedOutEvent, forget);
    return () => window.removeEventListener(signedOutEvent, forget);
  }, [queries]);
}
