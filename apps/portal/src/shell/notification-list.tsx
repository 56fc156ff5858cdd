import { ActionIcon, Box, Button, Group, Popover, Stack, Text, Tooltip } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useState } from 'react';
import { useLive } from '../live/live-context.ts';
import { NewsItem } from './news-item.tsx';
import classes from './notification-list.module.css';

/** What happened since this tab was opened. */
export function NotificationList() {
  const { news, unread, markRead, clear, state } = useLive();
  const [opened, setOpened] = useState(false);
  const label = unread === 0 ? 'Notifications' : `Notifications, ${unread} new`;
  const toggle = (open: boolean) => {
    setOpened(open);
    if (!open) markRead();
  };
  return (
    <Popover
      opened={opened}
      onChange={toggle}
      position="bottom-end"
      width={320}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Tooltip label={label}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={label}
            aria-expanded={opened}
            onClick={() => toggle(!opened)}
          >
            <IconBell size={20} aria-hidden />
            {unread === 0 ? null : <span className={classes.dot} />}
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="Notifications" p="sm">
        <Stack gap="xs">
          <Group justify="space-between">
            <Text fw={600} size="sm">
              Notifications
            </Text>
            <Button size="compact-xs" variant="subtle" disabled={news.length === 0} onClick={clear}>
              Clear
            </Button>
          </Group>
          {news.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nothing new. Runs that end, rules that are satisfied or stuck and notebook servers that are
              ready or stop appear here.
            </Text>
          ) : (
            <Box
              mah={360}
              className={classes.scroll}
              tabIndex={0}
              role="group"
              aria-label="Latest notifications"
            >
              <Stack gap={4}>
                {news.map((item) => (
                  <NewsItem key={item.id} item={item} onFollow={() => toggle(false)} />
                ))}
              </Stack>
            </Box>
          )}
          {state === 'lost' ? (
            <Text size="xs" c="dimmed" role="status">
              The live connection was lost; pages ask every few seconds until it is back.
            </Text>
          ) : null}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
