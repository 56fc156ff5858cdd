import type { Clock } from '@vre/service';

/** A clock that stands still until it is turned. */
export interface HandClock extends Clock {
  advance(seconds: number): void;
}

export function handClock(start = new Date()): HandClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance: (seconds) => {
      time += seconds * 1000;
    },
  };
}
