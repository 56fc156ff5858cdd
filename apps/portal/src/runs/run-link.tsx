import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useService } from '../access/use-session.ts';

/** A run's id that leads to its page where the workflows are part of this platform. */
export function RunLink({ id }: { readonly id: string }) {
  if (!useService('workflows')) return <span className="mono">{id}</span>;
  return (
    <Anchor component={Link} to="/runs/$run" params={{ run: id } as never} className="mono">
      {id}
    </Anchor>
  );
}
