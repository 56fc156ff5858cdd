import { Badge } from '@mantine/core';
import {
  IconAlertTriangleFilled,
  IconCircleCheck,
  IconCircleMinus,
  IconCircleX,
  IconClock,
  IconRefresh,
} from '@tabler/icons-react';
import classes from './state-badge.module.css';

/** How a state feels; each tone has a colour and a shape of its own, so that colour is never the only sign. */
export type Tone = 'good' | 'busy' | 'waiting' | 'attention' | 'bad' | 'neutral';

const looks = {
  good: { icon: IconCircleCheck, colour: 'teal' },
  busy: { icon: IconRefresh, colour: 'indigo' },
  waiting: { icon: IconClock, colour: 'gray' },
  attention: { icon: IconAlertTriangleFilled, colour: 'orange' },
  bad: { icon: IconCircleX, colour: 'red' },
  neutral: { icon: IconCircleMinus, colour: 'gray' },
} as const;

/** A state as colour, shape and word. */
export function StateBadge({ tone, word }: { readonly tone: Tone; readonly word: string }) {
  const { icon: Icon, colour } = looks[tone];
  return (
    <Badge
      className={classes.badge}
      data-colour={colour}
      leftSection={<Icon size={14} aria-hidden className={tone === 'busy' ? classes.turning : undefined} />}
    >
      {word}
    </Badge>
  );
}
