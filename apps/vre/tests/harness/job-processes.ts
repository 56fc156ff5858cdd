import { readdirSync, readFileSync } from 'node:fs';

/** Processes of this machine with a word in their command line or environment: those of one platform name its data directory. */
export function processesNaming(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) =>
      ['cmdline', 'environ'].some((file) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(text);
        } catch {
          return false;
        }
      }),
    )
    .map(Number);
}
