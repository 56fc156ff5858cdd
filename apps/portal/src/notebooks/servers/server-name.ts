import { isActive } from './server-state.ts';
import type { ServerView } from './server-view.ts';

/**
 * Name of the server that a start of the profile makes: the default server unless it is in use, then one called like
 * the profile, so that the same few names are used again and again.
 */
export function nameForStart(profile: string, servers: readonly ServerView[]): string {
  const taken = new Set(servers.filter(({ state }) => isActive(state)).map(({ name }) => name));
  if (!taken.has('')) return '';
  let name = profile;
  for (let number = 2; taken.has(name); number += 1) name = `${profile}-${number}`;
  return name;
}
