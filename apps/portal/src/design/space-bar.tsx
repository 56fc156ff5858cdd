import { Progress, Stack, Text } from '@mantine/core';
import { formatBytes } from '../units/bytes.ts';

type Props = {
  /** What is filled, for assistive technology. */
  readonly label: string;
  readonly used: number;
  /** Without a limit only the number is shown. */
  readonly limit: number | null;
};

const warnAt = 80;
const fullAt = 100;

/** Used of allowed bytes, as bar and words; the words say when it gets tight. */
export function SpaceBar({ label, used, limit }: Props) {
  if (limit === null || limit <= 0) {
    return (
      <Text size="sm">
        {formatBytes(used)}
        {limit === null ? ', no limit' : ''}
      </Text>
    );
  }
  // Rounded: `1.9e-9` is no valid aria-valuenow.
  const percent = Math.round((1000 * used) / limit) / 10;
  const note = percent >= fullAt ? ' · full' : percent >= warnAt ? ' · nearly full' : '';
  const colour = percent >= fullAt ? 'red' : percent >= warnAt ? 'orange' : 'indigo.5';
  return (
    <Stack gap={4} miw={{ base: 84, xs: 140 }}>
      <Progress value={Math.min(100, percent)} color={colour} size="sm" aria-label={label} />
      <Text size="xs" className="numbers">
        {formatBytes(used)} of {formatBytes(limit)}
        {note}
      </Text>
    </Stack>
  );
}
