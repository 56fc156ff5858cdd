import { NavLink, Stack } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { useSession } from '../access/use-session.ts';
import classes from './navigation.module.css';
import { placesFor } from './places.ts';

/** The longest place that the path lies below is the present one. */
const presentPlace = (path: string, targets: readonly string[]): string | undefined =>
  targets
    .filter((to) => path === to || (to !== '/' && path.startsWith(`${to}/`)))
    .sort((a, b) => b.length - a.length)[0];

/** The left navigation. */
export function Navigation({ onNavigate }: { readonly onNavigate: () => void }) {
  const places = placesFor(useSession().services);
  const path = useLocation({ select: (location) => location.pathname });
  const present = presentPlace(
    path,
    places.map(({ to }) => to),
  );
  return (
    <Stack gap={2} component="nav" aria-label="Main">
      {places.map(({ label, to, icon: Icon }) => (
        <NavLink
          key={to}
          component={Link}
          to={to}
          label={label}
          className={classes.link}
          leftSection={<Icon size={18} aria-hidden />}
          active={to === present}
          aria-current={to === present ? 'page' : undefined}
          onClick={onNavigate}
        />
      ))}
    </Stack>
  );
}
