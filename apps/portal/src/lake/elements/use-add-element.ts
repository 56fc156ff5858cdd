import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lakeClient } from '../lake-client.ts';

/** What the form asks for. */
export type ElementWish = {
  readonly name: string;
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  readonly prefix: string;
};

const all = { read: 1, write: 1, delete: 1 };

/** Adds the element, then its protocol; when only the second fails, asking again adds what is missing. */
export function useAddElement() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, scheme, hostname, port, prefix }: ElementWish) => {
      const known = (await lakeClient.allRses()).some(({ rse }) => rse === name);
      if (!known) await lakeClient.addRse(name, { deterministic: true, rse_type: 'DISK' });
      await lakeClient.addProtocol(name, {
        scheme,
        hostname,
        port,
        prefix,
        impl: scheme === 'file' ? 'rucio.rse.protocols.posix.Default' : 'rucio.rse.protocols.gfal.Default',
        domains: {
          lan: all,
          wan: { ...all, third_party_copy_read: 1, third_party_copy_write: 1 },
        },
      });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['lake', 'elements'] }),
  });
}
