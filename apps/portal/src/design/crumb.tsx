import { Link } from '@tanstack/react-router';
import type { AnchorHTMLAttributes } from 'react';

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'target'> & { readonly to: string };

/** A router link to a path that was put together at run time, which the router's types cannot know. */
export function Crumb({ to, ...rest }: Props) {
  return <Link {...rest} to={to as never} />;
}
