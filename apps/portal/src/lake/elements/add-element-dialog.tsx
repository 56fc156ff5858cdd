import '@mantine/core/styles/Combobox.css';
import '@mantine/core/styles/NumberInput.css';
import { Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { isValid, nameRules } from '@vre/protocol-rucio';
import { useState } from 'react';
import { ProblemBox } from '../../design/problem-box.tsx';
import { type ElementWish, useAddElement } from './use-add-element.ts';

const empty: ElementWish = { name: '', scheme: 'davs', hostname: '', port: 443, prefix: '/' };

/** Makes a storage element with its first protocol; for administrators. */
export function AddElementDialog({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const add = useAddElement();
  const [wish, setWish] = useState(empty);
  const put = (next: Partial<ElementWish>) => setWish((before) => ({ ...before, ...next }));
  const nameFault = wish.name === '' || isValid('rse', wish.name) ? undefined : `Use ${nameRules.rse.words}.`;
  const submit = () =>
    add.mutate(wish, {
      onSuccess: () => {
        onClose();
        void navigate({ to: '/lake/elements/$element', params: { element: wish.name } });
      },
    });
  return (
    <Modal opened onClose={onClose} title="Add a storage element" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            description="For instance SITE-D. It cannot be changed later."
            required
            value={wish.name}
            error={nameFault}
            onChange={(event) => put({ name: event.currentTarget.value })}
            data-autofocus
          />
          <Group grow align="flex-start">
            <Select
              label="Protocol"
              data={[
                { value: 'davs', label: 'WebDAV over TLS (davs)' },
                { value: 'https', label: 'HTTPS' },
                { value: 'root', label: 'XRootD (root)' },
                { value: 's3', label: 'S3' },
                { value: 'file', label: 'Directory of the server (file)' },
              ]}
              value={wish.scheme}
              onChange={(scheme) => put({ scheme: scheme ?? 'davs' })}
              allowDeselect={false}
            />
            <TextInput
              label="Host"
              required
              placeholder="storage.example.org"
              value={wish.hostname}
              onChange={(event) => put({ hostname: event.currentTarget.value })}
            />
          </Group>
          <Group grow align="flex-start">
            <NumberInput
              label="Port"
              required
              min={0}
              max={65_535}
              allowDecimal={false}
              value={wish.port}
              onChange={(port) => put({ port: Number(port) })}
            />
            <TextInput
              label="Prefix"
              description="Path below which the files lie."
              required
              value={wish.prefix}
              onChange={(event) => put({ prefix: event.currentTarget.value })}
            />
          </Group>
          {add.isError ? (
            <ProblemBox what="The storage element could not be added." error={add.error} />
          ) : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending} disabled={!isValid('rse', wish.name)}>
              Add element
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
