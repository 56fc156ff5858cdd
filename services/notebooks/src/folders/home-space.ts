import { diskUsage } from '@vre/compute-process';
import { StartFailure } from '../servers/server-failure.ts';

/** Less than this, and Jupyter cannot even keep its own files. */
const leastBytes = 50e6;
/** What a start that is only there to tidy up may add. */
export const rescueBytes = 1e9;

/** Bytes of a person's home and own packages, as they lie on the disk. */
export const homeBytes = (home: string, overlays: string): Promise<number> => diskUsage([home, overlays]);

/** Bytes that one server may add. @throws StartFailure when the home is full. */
export function roomInHome(used: number, limits: { readonly home: number; readonly server: number }): number {
  const left = limits.home - used;
  if (left >= leastBytes) return Math.min(left, limits.server);
  throw new StartFailure(
    `Your home is full: it holds ${inGigabytes(used)} of ${inGigabytes(limits.home)}, own packages included, so a server could save nothing. Start a rescue server (vre notebook start --rescue, or {"rescue": true} in the request) and remove what you do not need from ~/home in it.`,
  );
}

const inGigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
