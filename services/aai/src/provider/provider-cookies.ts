import { createHash } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import { mountPathOf } from './mount-path.ts';

/** Cookies are shared between ports of a host, so their names tell one VRE from another. */
export function cookieOptions(issuer: string, key: string): NonNullable<Configuration['cookies']> {
  const instance = createHash('sha256').update(issuer).digest('hex').slice(0, 8);
  const options = { httpOnly: true, sameSite: 'lax', signed: true } as const;
  return {
    names: {
      session: `vre_aai_${instance}_session`,
      interaction: `vre_aai_${instance}_interaction`,
      resume: `vre_aai_${instance}_resume`,
    },
    long: { ...options, path: mountPathOf(issuer) || '/' },
    short: options,
    keys: [key],
  };
}
