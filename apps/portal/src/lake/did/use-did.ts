import { useQuery } from '@tanstack/react-query';
import { RucioError, type ScopedName } from '@vre/protocol-rucio';
import { lakeClient } from '../lake-client.ts';

const key = (part: string, { scope, name }: ScopedName) => ['lake', part, scope, name] as const;

export const useDid = (did: ScopedName) =>
  useQuery({
    queryKey: [...key('did', did), 'row'],
    queryFn: ({ signal }) => lakeClient.getDid(did, signal),
  });

export const useContent = (did: ScopedName) =>
  useQuery({
    queryKey: [...key('did', did), 'content'],
    queryFn: ({ signal }) => lakeClient.content(did, signal),
  });

export const useParents = (did: ScopedName) =>
  useQuery({
    queryKey: [...key('did', did), 'parents'],
    queryFn: ({ signal }) => lakeClient.parents(did, signal),
  });

/** What people said about the DID, and what the lake recorded itself. */
export const useMetadata = (did: ScopedName) =>
  useQuery({
    queryKey: [...key('did', did), 'metadata'],
    queryFn: async ({ signal }) => {
      const [said, recorded] = await Promise.all([
        lakeClient.getMetadata(did, 'JSON', signal),
        lakeClient.getMetadata(did, 'DID_COLUMN', signal),
      ]);
      return { said, recorded };
    },
  });

/** Every replica of the DID's files; reasons of bad ones where the lake is ours. */
export const useReplicas = (did: ScopedName) =>
  useQuery({
    queryKey: key('replicas', did),
    queryFn: async ({ signal }) => {
      const [files, details] = await Promise.all([
        lakeClient.listReplicas([did], { allStates: true }, signal),
        lakeClient.replicaDetails(did, signal).catch((error: unknown) => {
          if (error instanceof RucioError && error.statusCode === 404) return [];
          throw error;
        }),
      ]);
      return { files, details };
    },
    refetchInterval: 30_000,
  });
