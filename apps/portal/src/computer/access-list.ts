import { gatewayJson } from '../gateway/gateway.ts';
import { parseMoment } from '../units/moment.ts';

/** A client that may act for the person. */
export type Application = {
  readonly clientId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly since: Date | undefined;
  readonly lastUsed: Date | undefined;
  readonly expires: Date | undefined;
};

/** A browser in which the person is signed in. */
export type BrowserSession = {
  readonly id: string;
  readonly browser: string;
  readonly address: string;
  readonly since: Date | undefined;
  readonly lastSeen: Date | undefined;
  readonly isThisOne: boolean;
};

const rows = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter((row) => typeof row === 'object' && row !== null) : [];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export async function listApplications(): Promise<readonly Application[]> {
  return rows(await gatewayJson('/x/aai/applications')).map((row) => ({
    clientId: text(row.clientId),
    name: text(row.name) || text(row.clientId),
    scopes: Array.isArray(row.scopes) ? row.scopes.map(text) : [],
    since: parseMoment(text(row.since)),
    lastUsed: parseMoment(text(row.lastUsedAt)),
    expires: parseMoment(text(row.expiresAt)),
  }));
}

export const endApplication = (clientId: string): Promise<unknown> =>
  gatewayJson(`/x/aai/applications/${encodeURIComponent(clientId)}`, { method: 'DELETE' });

export async function listSessions(): Promise<readonly BrowserSession[]> {
  return rows(await gatewayJson('/x/sessions')).map((row) => ({
    id: text(row.id),
    browser: browserName(text(row.userAgent)),
    address: text(row.address),
    since: parseMoment(text(row.createdAt)),
    lastSeen: parseMoment(text(row.lastSeenAt)),
    isThisOne: row.current === true,
  }));
}

export const endSession = (id: string): Promise<unknown> =>
  gatewayJson(`/x/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });

const products = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const;
const systems = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS/, 'macOS'],
  [/Linux|X11/, 'Linux'],
] as const;

/** `Firefox on Linux`; what is unknown stays in its own words, shortened. */
export function browserName(userAgent: string): string {
  const product = products.find(([form]) => form.test(userAgent))?.[1];
  const system = systems.find(([form]) => form.test(userAgent))?.[1];
  if (product === undefined) return userAgent.slice(0, 60) || 'unknown browser';
  return system === undefined ? product : `${product} on ${system}`;
}
