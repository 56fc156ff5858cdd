import { formatDuration, secondsBetween } from '../units/duration.ts';
import { useNow } from './use-now.ts';

type Props = { readonly start: Date | undefined; readonly end: Date | undefined };

/** How long something took, counting while it runs. */
export function Elapsed({ start, end }: Props) {
  const now = useNow(start !== undefined && end === undefined ? 1000 : undefined);
  if (start === undefined) return <span>–</span>;
  return <span>{formatDuration(Math.round(secondsBetween(start, end, now) * 10) / 10)}</span>;
}
