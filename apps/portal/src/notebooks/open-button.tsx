import { Button } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useSession } from '../access/use-session.ts';
import { labAddress } from './hub-address.ts';

type Props = {
  readonly path: string;
  readonly title: string;
  readonly size?: 'xs' | 'sm';
  /** Takes the focus, and comes into view, when this turns true. */
  readonly focused?: boolean;
};

/** Leads to JupyterLab of a running server, in a tab of its own. */
export function OpenButton({ path, title, size = 'sm', focused = false }: Props) {
  const { notebooks } = useSession().addresses;
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (focused) link.current?.focus();
  }, [focused]);
  return (
    <Button
      ref={link}
      component="a"
      href={labAddress(notebooks, path)}
      target="_blank"
      rel="noopener"
      size={size}
      leftSection={<IconExternalLink size={16} aria-hidden />}
      aria-label={`Open ${title} in a new tab`}
    >
      Open
    </Button>
  );
}
