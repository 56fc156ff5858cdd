import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import classes from './facts.module.css';

export type Fact = {
  readonly label: string;
  readonly value: ReactNode;
  /** Offered for copying when given. */
  readonly copy?: string | undefined;
};

/** Labelled values, dense and aligned. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(({ label, value, copy }) => (
        <div key={label} className={classes.fact}>
          <dt>{label}</dt>
          <dd>
            <Group gap={4} wrap="nowrap" align="center">
              <span className={classes.value}>{value}</span>
              {copy === undefined ? null : <CopyButton value={copy} label={`Copy ${label}`} />}
            </Group>
          </dd>
        </div>
      ))}
    </dl>
  );
}
