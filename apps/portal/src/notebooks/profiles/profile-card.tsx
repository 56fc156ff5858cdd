import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import type { ProfileModel } from '@vre/protocol-jupyterhub';
import { Moment } from '../../design/moment.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { parseMoment } from '../../units/moment.ts';
import classes from '../notebooks.module.css';
import { OpenButton } from '../open-button.tsx';
import { serverLooks } from '../servers/server-state.ts';
import type { ServerView } from '../servers/server-view.ts';
import { FavouriteButton } from './favourite-button.tsx';
import { MissingParts } from './missing-parts.tsx';
import { categoryWords } from './profile-filter.ts';
import { kernelWords, sizeWords, startWords } from './profile-words.ts';

type Props = {
  readonly profile: ProfileModel;
  /** The person's server of this card that runs, comes or goes. */
  readonly server: ServerView | undefined;
  readonly favourite: boolean;
  readonly onToggleFavourite: () => void;
  readonly onStart: () => void;
};

/** An environment to start a server from. */
export function ProfileCard({ profile, server, favourite, onToggleFavourite, onStart }: Props) {
  const { title, summary, category, kernels, gpu, missing, recommended, unavailable } = profile;
  const tested = parseMoment(profile.last_green_test);
  const facts = [kernelWords(kernels), ...(gpu ? ['needs a GPU'] : []), sizeWords(profile)];
  return (
    <li className={classes.card} data-unavailable={unavailable ? true : undefined}>
      <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap">
        <Title order={3} className={classes.title}>
          {title}
        </Title>
        <FavouriteButton title={title} pressed={favourite} onToggle={onToggleFavourite} />
      </Group>
      <Group gap={6}>
        <Badge className="plain-badge">{categoryWords(category)}</Badge>
        {recommended ? <Badge className="plain-badge">Recommended</Badge> : null}
      </Group>
      <Text size="sm">{summary}</Text>
      <Stack gap={2}>
        <Text size="xs" c="dimmed">
          {facts.filter((fact) => fact !== undefined && fact !== '').join(' · ')}
        </Text>
        {tested === undefined ? null : (
          <Text size="xs" c="dimmed" component="div">
            Passed its test <Moment at={tested} relative />
          </Text>
        )}
      </Stack>
      <MissingParts missing={missing} />
      <Group justify="space-between" gap="xs" className={classes.foot}>
        <Text size="xs" {...(unavailable ? { fw: 600 } : { c: 'dimmed' })} flex="1 1 8rem">
          {unavailable ? `Not available: ${unavailable}` : server ? '' : startWords(profile)}
        </Text>
        {server?.state === 'ready' ? (
          <OpenButton path={server.path} title={title} size="xs" />
        ) : server ? (
          <StateBadge {...serverLooks[server.state]} />
        ) : (
          <Button
            size="xs"
            variant="light"
            disabled={Boolean(unavailable)}
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            aria-label={`Start ${title}`}
            onClick={onStart}
          >
            Start
          </Button>
        )}
      </Group>
    </li>
  );
}
