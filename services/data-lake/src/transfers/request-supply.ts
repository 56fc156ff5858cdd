import type { Lake } from '../lake.ts';
import { type ClaimedRequest, claimRequests, extendClaims, releaseRequests } from './request-store.ts';

const batch = 100;
/** A claim that nobody renews for so long belongs to a dead worker. */
const claimMilliseconds = 6_000;
const renewMilliseconds = 1_500;
/** Requests claimed ahead are given back after this time, so that what came meanwhile gets its turn. */
const aheadMilliseconds = 1_000;

/** Requests claimed for the slots of one worker, and the proof that it lives. */
export interface RequestSupply {
  /** The next request, `undefined` when none is due now. */
  next(): Promise<ClaimedRequest | undefined>;
  /** The request is finished or was given back: its claim is renewed no longer. */
  done(request: ClaimedRequest): void;
  /** Gives back what nobody started. */
  close(): Promise<void>;
}

/** Claims some requests ahead, and renews every claim until `done`; another worker takes over what is not renewed. */
export function createRequestSupply(lake: Lake): RequestSupply {
  const q = lake.database.direct;
  const claimed = new Map<number, ClaimedRequest>();
  let ahead: ClaimedRequest[] = [];
  let claimedAt = 0;
  let emptyUntil = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const until = () => new Date(lake.clock.now().getTime() + claimMilliseconds);
  const renewing = setInterval(() => {
    if (claimed.size === 0) return;
    extendClaims(q, [...claimed.values()], until()).catch((error: unknown) =>
      lake.log.warn({ err: error }, 'cannot renew the claim of transfers'),
    );
  }, renewMilliseconds);

  async function giveBack(): Promise<void> {
    const unused = ahead;
    ahead = [];
    for (const { id } of unused) claimed.delete(id);
    if (unused.length > 0) await releaseRequests(q, unused);
  }

  async function take(): Promise<ClaimedRequest | undefined> {
    const now = performance.now();
    if (ahead.length > 0 && now - claimedAt > aheadMilliseconds) await giveBack();
    if (ahead.length === 0 && now >= emptyUntil) {
      ahead = [...(await claimRequests(q, batch, lake.clock.now(), until()))];
      claimedAt = performance.now();
      if (ahead.length === 0) emptyUntil = claimedAt + aheadMilliseconds / 4;
      for (const request of ahead) claimed.set(request.id, request);
    }
    return ahead.shift();
  }

  return {
    // One slot at a time: two that find nothing must not both ask.
    next: () => {
      const mine = turn.then(take);
      turn = mine.catch(() => undefined);
      return mine;
    },
    done: ({ id }) => void claimed.delete(id),
    close: async () => {
      clearInterval(renewing);
      await turn;
      await giveBack();
    },
  };
}
