import { AppShell, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState } from 'react';
import { LiveProvider } from '../live/live-provider.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ColourSchemeMenu } from './colour-scheme-menu.tsx';
import { Mark } from './mark.tsx';
import { Navigation } from './navigation.tsx';
import { NotificationList } from './notification-list.tsx';
import { SearchButton } from './search-button.tsx';
import classes from './shell.module.css';
import { useShortcuts } from './use-shortcuts.ts';

const ShortcutsDialog = lazy(async () => ({
  default: (await import('./shortcuts-dialog.tsx')).ShortcutsDialog,
}));
const SearchDialog = lazy(async () => ({
  default: (await import('../search/search-dialog.tsx')).SearchDialog,
}));

/** Navigation, top bar and the page. */
export function Shell() {
  const [menu, { toggle, close }] = useDisclosure(false);
  const [help, helpDialog] = useDisclosure(false);
  const [searchWanted, setSearchWanted] = useState(0);
  const openSearch = useCallback(() => setSearchWanted((before) => before + 1), []);
  useShortcuts(openSearch, helpDialog.open);
  return (
    <LiveProvider>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <AppShell
        header={{ height: 56 }}
        navbar={{ width: 260, breakpoint: 'sm', collapsed: { mobile: !menu } }}
        padding={{ base: 'md', md: 'lg' }}
      >
        <AppShell.Header className={classes.header}>
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={menu}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={menu ? 'Close the navigation' : 'Open the navigation'}
              aria-expanded={menu}
            />
            <Link to="/" className={classes.mark} aria-label="VRE, to the home page">
              <Mark />
            </Link>
          </Group>
          <SearchButton onOpen={openSearch} />
          <Group gap={4} wrap="nowrap">
            <ColourSchemeMenu />
            <NotificationList />
            <AccountMenu onShortcuts={helpDialog.open} />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="sm" component="div">
          <Navigation onNavigate={close} />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
          <Outlet />
        </AppShell.Main>
      </AppShell>
      {searchWanted === 0 ? null : (
        <Suspense>
          <SearchDialog wanted={searchWanted} />
        </Suspense>
      )}
      {help ? (
        <Suspense>
          <ShortcutsDialog onClose={helpDialog.close} />
        </Suspense>
      ) : null}
    </LiveProvider>
  );
}
