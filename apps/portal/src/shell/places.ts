import {
  type Icon,
  IconArrowsSplit2,
  IconDatabase,
  IconDeviceLaptop,
  IconHome,
  IconNotebook,
  IconServer2,
} from '@tabler/icons-react';

/** A page of the navigation. A place of a service that is switched off is not shown. */
export type Place = {
  readonly label: string;
  readonly to: '/' | '/lake' | '/lake/elements' | '/notebooks' | '/runs' | '/computer';
  readonly icon: Icon;
  readonly service: 'data-lake' | 'workflows' | 'notebooks' | undefined;
  /** Second key after `g`. */
  readonly key: string;
};

export const places: readonly Place[] = [
  { label: 'Home', to: '/', icon: IconHome, service: undefined, key: 'h' },
  { label: 'Data lake', to: '/lake', icon: IconDatabase, service: 'data-lake', key: 'l' },
  { label: 'Storage elements', to: '/lake/elements', icon: IconServer2, service: 'data-lake', key: 'e' },
  { label: 'Notebooks', to: '/notebooks', icon: IconNotebook, service: 'notebooks', key: 'n' },
  { label: 'Runs', to: '/runs', icon: IconArrowsSplit2, service: 'workflows', key: 'r' },
  { label: 'Use from my computer', to: '/computer', icon: IconDeviceLaptop, service: undefined, key: 'c' },
];

/** The places that a platform with these services has. */
export const placesFor = (services: readonly string[]): readonly Place[] =>
  places.filter(({ service }) => service === undefined || services.includes(service));
