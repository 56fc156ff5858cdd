import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ProfileModel } from '@vre/protocol-jupyterhub';
import { useEffect, useRef } from 'react';
import { ProblemBox } from '../../design/problem-box.tsx';
import { startWords } from '../profiles/profile-words.ts';
import { forgetHandOver, isHandedOver } from './hand-over.ts';
import type { Start } from './use-start-server.ts';

type Props = {
  /** Name of the card, from the address. */
  readonly wanted: string;
  readonly profiles: readonly ProfileModel[];
  readonly onStart: (start: Start) => void;
  /** Takes the start out of the address. */
  readonly onDone: () => void;
};

/**
 * What `?start=…` asks for. A start that waited for the hub's sign-in goes on by itself; any other, such as a link
 * that somebody sent, is asked about first.
 */
export function WantedStart({ wanted, profiles, onStart, onDone }: Props) {
  const profile = profiles.find(({ name }) => name === wanted);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || profile === undefined || !isHandedOver(wanted)) return;
    begun.current = true;
    forgetHandOver();
    onStart({ profile, afterSignIn: true });
    onDone();
  });
  if (profile === undefined) {
    return (
      <ProblemBox
        what={`The environment “${wanted}” cannot be started.`}
        error={new Error('This platform has no environment of that name: choose one below.')}
      />
    );
  }
  if (begun.current || isHandedOver(wanted)) return null;
  const { title, summary, unavailable } = profile;
  return (
    <Modal opened onClose={onDone} title={`Start ${title}?`}>
      <Stack>
        <Text size="sm">{summary}</Text>
        <Text size="sm" c="dimmed">
          {unavailable ? `Not available: ${unavailable}` : `${startWords(profile)}.`}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button
            data-autofocus
            disabled={Boolean(unavailable)}
            onClick={() => {
              onStart({ profile });
              onDone();
            }}
          >
            Start the server
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
