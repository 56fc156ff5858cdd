import { Menu, Text, UnstyledButton } from '@mantine/core';
import { IconDeviceLaptop, IconKeyboard, IconLogout2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useSession } from '../access/use-session.ts';
import { useSignOut } from '../access/use-sign-out.ts';
import classes from './account-menu.module.css';

const initials = (name: string): string =>
  name
    .split(/[\s._-]+/)
    .filter((part) => part !== '')
    .slice(0, 2)
    .map((part) => part.slice(0, 1).toUpperCase())
    .join('');

/** Who is signed in, and the way out. */
export function AccountMenu({ onShortcuts }: { readonly onShortcuts: () => void }) {
  const { name, username, email, isAdministrator } = useSession();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${name}`}>
          <span className={classes.initials} aria-hidden>
            {initials(name)}
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label component="div">
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {name}
          </Text>
          <Text size="xs">
            {username}
            {email === '' ? '' : ` · ${email}`}
            {isAdministrator ? ' · administrator' : ''}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item component={Link} to="/computer" leftSection={<IconDeviceLaptop size={16} aria-hidden />}>
          Tokens and clients
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onShortcuts}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout2 size={16} aria-hidden />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
