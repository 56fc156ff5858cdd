/**
 * When one limit of one job has to be looked at closely. As long as the whole machine uses only little more than at the
 * last look, no job on it can have got to its limit meanwhile, and nobody needs to look at each.
 */
export interface LimitLook {
  /** `machine` is what the whole machine uses now, `now` in milliseconds of a steady clock. */
  isDue(machine: number, now: number): boolean;
  /** After a close look: how much the job itself used. */
  looked(used: number, machine: number, now: number): void;
}

/** A look comes when the machine's growth is this share of what the job may still take. */
const shareOfRest = 1 / 4;

/**
 * `longestMilliseconds` bounds what growth can hide behind things that somebody else gives back at the same moment;
 * looks of all jobs that are due for that fall together, so that they share what they look at.
 */
export function createLimitLook(limit: number, longestMilliseconds: () => number): LimitLook {
  let used: number | undefined;
  let lowest = 0;
  let turn = 0;
  const turnOf = (now: number) => Math.floor(now / longestMilliseconds());
  return {
    isDue: (machine, now) => {
      if (used === undefined) return true;
      // Growth counts from the lowest point: what others gave back before hides nothing.
      lowest = Math.min(lowest, machine);
      // A machine that does not tell is never trusted.
      return !(machine - lowest < (limit - used) * shareOfRest) || turnOf(now) !== turn;
    },
    looked: (usedNow, machine, now) => {
      used = usedNow;
      lowest = machine;
      turn = turnOf(now);
    },
  };
}
