import type { BuiltEnvironment } from '@vre/environments';
import type { Addresses } from '@vre/service';
import type { ClientDirectory } from '../client/client-files.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Installation } from '../installation/installation.ts';
import type { Person } from './person.ts';
import type { PlatformHandle } from './platform.ts';

/** What the steps of the demo hand on. Filled in order; a step only reads what an earlier one has set. */
export type DemoState = {
  readonly dataDirectory: string;
  readonly project: string;
  installation?: Installation;
  configuration?: Configuration;
  addresses?: Addresses;
  platform?: PlatformHandle;
  environments?: Readonly<
    Record<'rucio-clients' | 'reana-client' | 'km3net-data' | 'python' | 'lab' | 'minimal', BuiltEnvironment>
  >;
  researcher?: { readonly username: string; readonly passwordFile: string; readonly password: string };
  /** The researcher's browser. */
  browser?: Person;
  client?: ClientDirectory;
  files?: readonly { readonly path: string; readonly name: string; readonly sha256: string }[];
  dataset?: string;
  resultDataset?: string;
  run?: { readonly id: string; readonly name: string };
  resultsDirectory?: string;
};

/** The value a step of the demo needs from an earlier one. */
export function need<Key extends keyof DemoState>(state: DemoState, key: Key): NonNullable<DemoState[Key]> {
  const value = state[key];
  if (value === undefined) throw new Error(`the demo has no ${key} yet`);
  return value as NonNullable<DemoState[Key]>;
}
