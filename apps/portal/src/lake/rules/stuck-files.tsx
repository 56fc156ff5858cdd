import { Text } from '@mantine/core';
import { type RuleRow, scopedName } from '@vre/protocol-rucio';
import { DidLink } from '../did-link.tsx';
import classes from './stuck-files.module.css';
import { useStuckFiles } from './use-rules.ts';

/** The first files that hold a rule up, each with its reason. */
export function StuckFiles({ rule }: { readonly rule: RuleRow }) {
  const progress = useStuckFiles(rule);
  const stuck = progress.data?.stuck ?? [];
  if (rule.state !== 'STUCK' || stuck.length === 0) return null;
  return (
    <ul aria-label="Stuck files" className={classes.list}>
      {stuck.slice(0, 10).map((file) => (
        <li key={`${file.rse} ${scopedName(file)}`}>
          <DidLink did={scopedName(file)} label={file.name} inSentence /> to {file.rse}
          <Text size="xs" c="dimmed">
            {file.error ?? 'The reason is not known yet.'}
          </Text>
        </li>
      ))}
    </ul>
  );
}
