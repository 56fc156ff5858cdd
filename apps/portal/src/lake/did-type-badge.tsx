import { Badge } from '@mantine/core';
import { IconBoxMultiple, IconFile, IconFolder } from '@tabler/icons-react';
import type { DidType } from '@vre/protocol-rucio';
import classes from './did-type-badge.module.css';

const looks = {
  FILE: { word: 'File', icon: IconFile },
  DATASET: { word: 'Dataset', icon: IconFolder },
  CONTAINER: { word: 'Container', icon: IconBoxMultiple },
} as const;

/** File, dataset or container. */
export function DidTypeBadge({ type }: { readonly type: DidType }) {
  const { word, icon: Icon } = looks[type];
  return (
    <Badge className={classes.badge} data-type={type} leftSection={<Icon size={13} aria-hidden />}>
      {word}
    </Badge>
  );
}
