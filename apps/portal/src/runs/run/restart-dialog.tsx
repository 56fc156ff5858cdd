import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../design/loaded.tsx';
import { ProblemBox } from '../../design/problem-box.tsx';
import { readParameter, writeParameter } from './parameter-text.ts';
import { useSpecification } from './use-run.ts';
import { useRestartRun } from './use-run-actions.ts';

type Props = { readonly id: string; readonly name: string; readonly onClose: () => void };

/** Runs the same workspace again, with parameters that may be changed. */
export function RestartDialog({ id, name, onClose }: Props) {
  const navigate = useNavigate();
  const specification = useSpecification(id);
  const restart = useRestartRun(id);
  const [changed, setChanged] = useState<Readonly<Record<string, string>>>({});
  const submit = (parameters: Readonly<Record<string, unknown>>) => {
    const next = Object.entries(changed).map(
      ([key, text]) => [key, readParameter(text, parameters[key])] as const,
    );
    restart.mutate(Object.fromEntries(next), {
      onSuccess: ({ workflow_id: run }) => {
        onClose();
        void navigate({ to: '/runs/$run', params: { run } });
      },
    });
  };
  return (
    <Modal opened onClose={onClose} title={`Run ${name} again`} size="lg">
      <Loaded query={specification} what="the parameters">
        {({ parameters }) => (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              submit(parameters);
            }}
          >
            <Stack>
              <Text size="sm">
                A new run starts in the same workspace; files that steps write again are replaced.
              </Text>
              {Object.entries(parameters).map(([key, value]) => (
                <TextInput
                  key={key}
                  label={key}
                  value={changed[key] ?? writeParameter(value)}
                  onChange={(event) => {
                    const { value: text } = event.currentTarget;
                    setChanged((before) => ({ ...before, [key]: text }));
                  }}
                />
              ))}
              {restart.isError ? (
                <ProblemBox what="The run could not be started." error={restart.error} />
              ) : null}
              <Group justify="flex-end" gap="xs">
                <Button variant="default" onClick={onClose}>
                  Cancel
                </Button>
                <Button type="submit" loading={restart.isPending}>
                  Run again
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Loaded>
    </Modal>
  );
}
