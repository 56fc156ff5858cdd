import '@mantine/core/styles/Combobox.css';
import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { ProblemBox } from '../design/problem-box.tsx';
import { useMintToken } from './use-tokens.ts';

const expiries = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
];

/** Makes a token for one computer. */
export function MintTokenForm({ onMinted }: { readonly onMinted: (token: string) => void }) {
  const mint = useMintToken();
  const [label, setLabel] = useState('');
  const [days, setDays] = useState('90');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        mint.mutate(
          { label: label.trim(), days: Number(days) },
          {
            onSuccess: ({ token }) => {
              setLabel('');
              onMinted(token);
            },
          },
        );
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Name of the token"
          placeholder="Laptop"
          required
          maxLength={100}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
          w={{ base: '100%', xs: 220 }}
        />
        <Select
          label="Valid for"
          data={expiries}
          value={days}
          onChange={(value) => setDays(value ?? '90')}
          allowDeselect={false}
          w={{ base: '100%', xs: 150 }}
        />
        <Button
          type="submit"
          loading={mint.isPending}
          disabled={label.trim() === ''}
          leftSection={<IconKey size={16} aria-hidden />}
        >
          Make token
        </Button>
      </Group>
      {mint.isError ? <ProblemBox what="The token could not be made." error={mint.error} /> : null}
    </form>
  );
}
