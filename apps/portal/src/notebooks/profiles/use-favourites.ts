import { useLocalStorage } from '@mantine/hooks';

/** Names of the cards that the person marked; kept in this browser. */
export function useFavourites(): {
  readonly favourites: readonly string[];
  readonly toggle: (name: string) => void;
} {
  const [favourites, setFavourites] = useLocalStorage<readonly string[]>({
    key: 'vre-notebook-favourites',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const toggle = (name: string) =>
    setFavourites((before) =>
      before.includes(name) ? before.filter((other) => other !== name) : [...before, name],
    );
  return { favourites, toggle };
}
