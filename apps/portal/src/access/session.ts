import { gatewayJson } from '../gateway/gateway.ts';

/** Where clients outside the browser find the platform. */
export type PublicAddresses = {
  readonly portal: string;
  readonly issuer: string;
  readonly lake: string;
  readonly workflows: string;
  /** Hub and people's servers: an origin of their own. */
  readonly notebooks: string;
  readonly storageDoor: string;
};

/** Who is signed in, and which services this platform offers. */
export type Session = {
  readonly signedIn: boolean;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly isAdministrator: boolean;
  readonly services: readonly string[];
  readonly addresses: PublicAddresses;
};

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** Parses `GET /x/session`; what is missing becomes empty, so an older edge never breaks the page. */
export function parseSession(value: unknown): Session {
  const fields = record(value);
  const addresses = record(fields.addresses);
  const username = text(fields.username);
  return {
    signedIn: fields.signedIn === true,
    username,
    name: text(fields.name) || username,
    email: text(fields.email),
    groups: texts(fields.groups),
    isAdministrator: fields.isAdministrator === true,
    services: texts(fields.services),
    addresses: {
      portal: text(addresses.portal, location.origin),
      issuer: text(addresses.issuer, `${location.origin}/aai/`),
      lake: text(addresses.lake),
      workflows: text(addresses.workflows, location.origin),
      notebooks: text(addresses.notebooks),
      storageDoor: text(addresses.storageDoor),
    },
  };
}

export const fetchSession = async (): Promise<Session> => parseSession(await gatewayJson('/x/session'));

/** The address that starts signing in and comes back to `next`, a path of this portal. */
export const signInAddress = (next: string): string => `/x/login?next=${encodeURIComponent(next)}`;

/** Ends the session here; answers where the issuer ends its own, if it wants the browser there. */
export async function signOut(): Promise<string | undefined> {
  const answer = record(await gatewayJson('/x/logout', { method: 'POST' }));
  return text(answer.location) || text(answer.url) || undefined;
}
