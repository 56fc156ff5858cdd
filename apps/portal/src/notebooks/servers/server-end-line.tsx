import { Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Moment } from '../../design/moment.tsx';
import { ProblemBox } from '../../design/problem-box.tsx';
import { useNow } from '../../design/use-now.ts';
import classes from '../notebooks.module.css';
import { keepHours, serverEnd } from './server-end.ts';
import type { ServerView } from './server-view.ts';
import { useKeepServer } from './use-server-actions.ts';

const tickMilliseconds = 15_000;

/** Counts down to the end of an unused server, and puts it off. */
export function ServerEndLine({ server, title }: { readonly server: ServerView; readonly title: string }) {
  const end = serverEnd(server.stopsAt, useNow(tickMilliseconds));
  const keep = useKeepServer(server);
  if (end === undefined) return null;
  return (
    <>
      <Group gap="xs">
        <Text size="sm" component="div" className={end.soon ? classes.soon : undefined}>
          {end.soon ? <IconAlertTriangle size={16} aria-hidden /> : null}
          <span>
            {end.words} (<Moment at={server.stopsAt} />
            ).
          </span>
        </Text>
        <Button
          variant="subtle"
          size="compact-sm"
          loading={keep.isPending}
          aria-label={`Keep ${title} for ${keepHours} h more`}
          onClick={() => keep.mutate()}
        >
          Keep for {keepHours} h more
        </Button>
      </Group>
      {keep.isError ? <ProblemBox what="The server could not be kept longer." error={keep.error} /> : null}
    </>
  );
}
