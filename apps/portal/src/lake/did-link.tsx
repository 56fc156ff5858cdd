import { Anchor } from '@mantine/core';
import { useService } from '../access/use-session.ts';
import { Crumb } from '../design/crumb.tsx';
import { didPath, parseDid } from './did-path.ts';

type Props = {
  readonly did: string;
  readonly label?: string;
  /** Within a sentence, where colour alone would not tell it from the words around it. */
  readonly inSentence?: boolean;
};

/** A DID that leads to its page where the lake is part of this platform. */
export function DidLink({ did, label = did, inSentence = false }: Props) {
  const hasLake = useService('data-lake');
  const name = parseDid(did);
  if (!hasLake || name === undefined) return <span style={{ overflowWrap: 'anywhere' }}>{label}</span>;
  return (
    <Anchor
      component={Crumb}
      to={didPath(name)}
      underline={inSentence ? 'always' : 'hover'}
      style={{ overflowWrap: 'anywhere' }}
    >
      {label}
    </Anchor>
  );
}
