import { useHotkeys, useLocalStorage } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useSession } from '../access/use-session.ts';
import { placesFor } from './places.ts';

const sequenceMilliseconds = 1200;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Single-key shortcuts can be switched off (WCAG 2.1.4). */
export const useSingleKeys = () =>
  useLocalStorage({ key: 'vre-single-keys', defaultValue: true, getInitialValueInEffect: false });

/** Ctrl/⌘ K and `/` search, `?` explains, `g` and a letter goes to a place. */
export function useShortcuts(onSearch: () => void, onHelp: () => void): void {
  const navigate = useNavigate();
  const { services } = useSession();
  const [singleKeys] = useSingleKeys();
  const goUntil = useRef(0);

  useHotkeys([['mod+K', onSearch]], []);

  useEffect(() => {
    if (!singleKeys) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (Date.now() < goUntil.current) {
        goUntil.current = 0;
        const place = placesFor(services).find(({ key }) => key === event.key);
        if (place !== undefined) void navigate({ to: place.to });
      } else if (event.key === 'g') {
        goUntil.current = Date.now() + sequenceMilliseconds;
      } else if (event.key === '?') {
        onHelp();
      } else if (event.key === '/') {
        event.preventDefault();
        onSearch();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [singleKeys, services, navigate, onSearch, onHelp]);
}
