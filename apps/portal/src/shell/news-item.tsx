import { Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconCircleX } from '@tabler/icons-react';
import { Crumb } from '../design/crumb.tsx';
import { Moment } from '../design/moment.tsx';
import type { News } from '../live/news.ts';
import classes from './news-item.module.css';

const icons = {
  good: IconCircleCheck,
  bad: IconCircleX,
  attention: IconAlertTriangle,
  neutral: IconCircleMinus,
};

/** One notification, leading to what it tells about. */
export function NewsItem({ item, onFollow }: { readonly item: News; readonly onFollow: () => void }) {
  const Icon = icons[item.tone];
  return (
    <UnstyledButton component={Crumb} to={item.to} className={classes.item} onClick={onFollow}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Icon size={18} aria-hidden className={classes.icon} data-tone={item.tone} />
        <Stack gap={0} miw={0}>
          <Text size="sm" fw={600}>
            {item.title}
          </Text>
          <Text size="xs" className={classes.detail}>
            {item.detail}
          </Text>
          <Text size="xs" c="dimmed">
            <Moment at={item.at} relative />
          </Text>
        </Stack>
      </Group>
    </UnstyledButton>
  );
}
