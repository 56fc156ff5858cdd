import { createTokenVerifier } from '@vre/identity';
import { parseStoragePath, type StoragePath } from '@vre/protocol-webdav';
import type { AuditFinding, Service, ServiceContext } from '@vre/service';
import { renderDoorError } from './door-error.ts';
import { addDoorRoutes } from './door-routes.ts';
import { type DoorDirectory, elementPrefixes, type OwnedElement, openElements } from './elements.ts';
import type { StorageDoorConfig } from './storage-door-config.ts';

const hour = 3_600_000;
/** An upload may take this long between two blocks before its unfinished file counts as abandoned. */
const abandonedAfter = 24 * hour;

/** The parts of the platform that the door stands on: it has no tables. */
export type StorageDoorContext = Pick<ServiceContext, 'addresses' | 'clock' | 'http' | 'log'>;

/** What the composition decides: the elements are the same for the door and for the data lake. */
export type StorageDoorOptions = { readonly elements: readonly DoorDirectory[] };

/**
 * Puts the storage door together: WebDAV over the given elements, for tokens with WLCG storage scopes. Throws for path
 * prefixes that cannot be told apart and for base paths that are no paths.
 */
export function createStorageDoorService(
  context: StorageDoorContext,
  config: StorageDoorConfig,
  options: StorageDoorOptions,
): Service {
  elementPrefixes(options.elements);
  const issuers = [
    {
      issuer: context.addresses.issuer,
      audiences: [context.addresses.storageDoor],
      'base-path': '/',
    },
    ...config['trusted-issuers'],
  ];
  const verifier = createTokenVerifier(issuers, context.http, () => context.clock.now());
  const basePaths = new Map<string, StoragePath>();
  for (const entry of issuers) {
    const basePath = parseStoragePath(entry['base-path']);
    if (basePath === undefined)
      throw new Error(`the base path ${entry['base-path']} of ${entry.issuer} is not an absolute path`);
    basePaths.set(entry.issuer, basePath);
  }
  let elements: readonly OwnedElement[] = [];

  async function audit(): Promise<readonly AuditFinding[]> {
    const findings: AuditFinding[] = [];
    for (const { name, storage } of elements) {
      try {
        const root = await storage.stat('');
        if (root?.kind !== 'directory') throw new Error('its root is not a directory');
        await storage.space();
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        findings.push({ invariant: 'every element can be read', subject: name, detail });
      }
    }
    return findings;
  }

  return {
    name: 'storage-door',
    migrations: undefined,
    http: { renderError: renderDoorError },
    routes: (app) => addDoorRoutes(app, { verifier, basePaths, elements }),
    daemons: [
      {
        name: 'storage-door-tidy',
        idleMilliseconds: hour,
        step: async (signal) => {
          const before = new Date(context.clock.now().getTime() - abandonedAfter);
          for (const { name, storage } of elements) {
            if (signal.aborted) break;
            const removed = await storage.removeAbandoned(before);
            if (removed > 0) context.log.info({ element: name, removed }, 'abandoned uploads removed');
          }
          return 'idle';
        },
      },
    ],
    start: async () => {
      if (elements.length === 0) elements = await openElements(options.elements, config.fsync);
    },
    stop: async () => {
      for (const { storage } of elements) storage.close();
      elements = [];
    },
    health: async () => {
      const [broken] = await audit();
      if (broken === undefined) return { ok: true, detail: `${elements.length} storage elements answer.` };
      return {
        ok: false,
        detail: `The storage element ${broken.subject} cannot be used: ${broken.detail}; check its root directory.`,
      };
    },
    audit,
  };
}
