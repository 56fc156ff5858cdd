import '@mantine/core/styles/Combobox.css';
import '@mantine/core/styles/NumberInput.css';
import { Autocomplete, Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { type ScopedName, scopedName } from '@vre/protocol-rucio';
import { useState } from 'react';
import { ProblemBox } from '../../design/problem-box.tsx';
import { useElements } from '../elements/use-elements.ts';
import { lifetimes } from './lifetimes.ts';
import { useAddRule } from './use-rules.ts';

/** Asks where, how many copies and for how long. */
export function AddRuleDialog({ did, onClose }: { readonly did: ScopedName; readonly onClose: () => void }) {
  const elements = useElements();
  const add = useAddRule(did);
  const [expression, setExpression] = useState('');
  const [copies, setCopies] = useState<number | string>(1);
  const [lifetime, setLifetime] = useState<string>('');
  const [comment, setComment] = useState('');
  const submit = () =>
    add.mutate(
      {
        expression: expression.trim(),
        copies: Number(copies),
        lifetime: lifetime === '' ? undefined : Number(lifetime),
        comment: comment.trim(),
      },
      { onSuccess: onClose },
    );
  return (
    <Modal opened onClose={onClose} title={`Add a rule for ${scopedName(did)}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          <Autocomplete
            label="Storage elements"
            description="One element, or an expression: * is any, A|B is A or B, country=NL asks for an attribute."
            required
            data={['*', ...(elements.data ?? []).map(({ rse }) => rse)]}
            value={expression}
            onChange={setExpression}
            data-autofocus
          />
          <NumberInput
            label="Copies"
            description="Each on another element."
            required
            min={1}
            max={20}
            allowDecimal={false}
            value={copies}
            onChange={setCopies}
          />
          <Select
            label="How long"
            data={[...lifetimes]}
            value={lifetime}
            onChange={(value) => setLifetime(value ?? '')}
            allowDeselect={false}
          />
          <TextInput
            label="Comment"
            description="Why these copies are kept; up to 250 characters."
            maxLength={250}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          {add.isError ? <ProblemBox what="The rule could not be added." error={add.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending} disabled={expression.trim() === ''}>
              Add rule
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
