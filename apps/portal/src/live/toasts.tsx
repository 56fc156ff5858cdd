import '@mantine/core/styles/Notification.css';
import '@mantine/notifications/styles.css';
import { Notifications, notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { News } from './news.ts';
import classes from './toasts.module.css';

const colours = { good: 'teal', bad: 'red', attention: 'orange', neutral: 'gray' } as const;

/** Shows each piece of news for a few seconds, read out politely; loaded with the first one. */
export function Toasts({ news }: { readonly news: readonly News[] }) {
  const newest = news[0];
  useEffect(() => {
    if (newest === undefined) return;
    const { id, title, detail, tone } = newest;
    notifications.show({
      id,
      title,
      message: detail,
      color: colours[tone],
      role: 'status',
      classNames: classes,
      closeButtonProps: { 'aria-label': 'Dismiss' },
    });
  }, [newest]);
  return <Notifications position="bottom-right" limit={3} containerWidth="min(24rem, 90vw)" />;
}
