import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const patienceMilliseconds = 3000;

/**
 * Those of the wanted directories of this machine that are there. A network file system that does not answer counts as
 * absent, with a sentence: a start must not hang on it.
 */
export async function presentHostFolders(
  wanted: readonly string[],
): Promise<{ readonly present: readonly string[]; readonly sentences: readonly string[] }> {
  const states = await Promise.all(
    wanted.map(async (path) => {
      const late = pause(patienceMilliseconds, 'late' as const, { ref: false });
      const seen = stat(path).then(
        (found) => (found.isDirectory() ? ('there' as const) : ('absent' as const)),
        () => 'absent' as const,
      );
      return { path, state: await Promise.race([seen, late]) };
    }),
  );
  return {
    present: states.flatMap(({ path, state }) => (state === 'there' ? [path] : [])),
    sentences: states.flatMap(({ path, state }) =>
      state === 'late' ? [`${path} is not shown: it does not answer on this machine now`] : [],
    ),
  };
}
