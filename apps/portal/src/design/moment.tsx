import { Tooltip } from '@mantine/core';
import { formatMoment, formatRelative, formatUtc } from '../units/moment.ts';
import { useNow } from './use-now.ts';

type Props = { readonly at: Date | undefined; readonly relative?: boolean };

/** A moment in the viewer's zone (or as a distance), with UTC on hover and for assistive technology. */
export function Moment({ at, relative = false }: Props) {
  const now = useNow(30_000);
  if (at === undefined) return <span>–</span>;
  const zoned = formatMoment(at);
  const hover = relative ? `${zoned} · ${formatUtc(at)}` : formatUtc(at);
  return (
    <Tooltip label={hover}>
      <time dateTime={at.toISOString()}>{relative ? formatRelative(at, now) : zoned}</time>
    </Tooltip>
  );
}
