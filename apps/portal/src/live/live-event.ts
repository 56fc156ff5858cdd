/** Topics that services publish; the browser's event source has to name each one it listens to. */
export const topics = [
  'lake.rule',
  'lake.did',
  'run.status',
  'run.job',
  'run.log',
  'server.changed',
] as const;
export type Topic = (typeof topics)[number];

/** One thing that happened, as the edge's merged stream tells it. */
export type LiveEvent = {
  readonly id: string;
  readonly topic: Topic;
  readonly data: Readonly<Record<string, unknown>>;
};

/** `open` while events arrive; `lost` while the stream reconnects and pages fall back to asking. */
export type LiveState = 'connecting' | 'open' | 'lost';

/** What the stream hands to a tab. */
export type LiveMessage =
  | { readonly kind: 'event'; readonly event: LiveEvent }
  | { readonly kind: 'state'; readonly state: LiveState };
