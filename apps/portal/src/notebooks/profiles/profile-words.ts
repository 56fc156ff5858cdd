import type { ProfileModel } from '@vre/protocol-jupyterhub';
import { formatBytes } from '../../units/bytes.ts';
import { formatDuration } from '../../units/duration.ts';

const kernelNames: Readonly<Record<string, string>> = { python: 'Python', 'root-cpp': 'C++ (ROOT)' };

/** `Python, C++ (ROOT)`; a kernel without a name of its own is called as it is declared. */
export const kernelWords = (kernels: readonly string[]): string =>
  kernels.map((kernel) => kernelNames[kernel] ?? kernel).join(', ');

/** `a minute`, `3 minutes`: an estimate, so never to the second. */
const roughly = (seconds: number): string => {
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 1 ? 'a minute' : `${minutes} minutes`;
};

/** What a start takes: seconds when everything is there, a warning when the environment is built first. */
export function startWords({ built, start_seconds: seconds }: ProfileModel): string {
  if (!built)
    return seconds
      ? `First start builds it, about ${roughly(seconds)}`
      : 'First start builds it, some minutes';
  return seconds ? `Starts in about ${formatDuration(Math.ceil(seconds))}` : 'Ready to start';
}

/** `1.21 GB`, or undefined while nobody knows. */
export const sizeWords = ({ size_bytes: bytes }: ProfileModel): string | undefined =>
  bytes ? formatBytes(bytes) : undefined;
