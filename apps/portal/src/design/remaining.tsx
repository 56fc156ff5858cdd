import { Tooltip } from '@mantine/core';
import { secondsBetween } from '../units/duration.ts';
import { formatMoment, formatUtc } from '../units/moment.ts';
import { formatRemaining } from '../units/remaining.ts';
import { useNow } from './use-now.ts';

/** How long something still lives, counting down: every second in its last hour. */
export function Remaining({ until }: { readonly until: Date | undefined }) {
  const every = until !== undefined && secondsBetween(new Date(), until, until) > 3_600 ? 30_000 : 1_000;
  const now = useNow(until === undefined ? undefined : every);
  if (until === undefined) return <span>–</span>;
  return (
    <Tooltip label={`${formatMoment(until)} · ${formatUtc(until)}`}>
      <time dateTime={until.toISOString()}>{formatRemaining(until, now)}</time>
    </Tooltip>
  );
}
