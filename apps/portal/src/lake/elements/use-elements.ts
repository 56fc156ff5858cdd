import { useQuery } from '@tanstack/react-query';
import type { RseUsageRow } from '@vre/protocol-rucio';
import { lakeClient } from '../lake-client.ts';

/** All storage elements with availability. */
export const useElements = () =>
  useQuery({
    queryKey: ['lake', 'elements'],
    queryFn: async ({ signal }) => {
      const rows = await lakeClient.allRses(signal);
      return rows.toSorted((a, b) => a.rse.localeCompare(b.rse));
    },
    staleTime: 60_000,
  });

/** What the storage itself reports, else what the catalogue counts. */
export const bestUsage = (rows: readonly RseUsageRow[]): RseUsageRow | undefined =>
  rows.find(({ source }) => source === 'storage') ?? rows.find(({ source }) => source === 'rucio') ?? rows[0];

export const useElementUsage = (element: string) =>
  useQuery({
    queryKey: ['lake', 'usage', 'element', element],
    queryFn: ({ signal }) => lakeClient.rseUsage(element, signal),
  });

/** Settings, protocols and attributes of one element. */
export const useElement = (element: string) =>
  useQuery({
    queryKey: ['lake', 'elements', element],
    queryFn: async ({ signal }) => {
      const [settings, attributes] = await Promise.all([
        lakeClient.getRse(element, signal),
        lakeClient.rseAttributes(element, signal),
      ]);
      return { settings, attributes };
    },
  });
