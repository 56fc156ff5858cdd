import type { Queryable } from '@vre/database';
import { type ProtocolSettings, type RseSettings, RucioError, requireName } from '@vre/protocol-rucio';
import { giveDefaultQuota } from '../accounts/limit-store.ts';
import type { Lake } from '../lake.ts';
import type { Protocol, Rse } from './rse.ts';
import * as store from './rse-store.ts';

const placeKeys = [
  'city',
  'region_code',
  'country_name',
  'continent',
  'time_zone',
  'ISP',
  'latitude',
  'longitude',
  'ASN',
] as const;

/** Columns and place of the settings that clients send. */
function columnsOf(settings: RseSettings): { columns: Partial<store.RseColumns>; place: object } {
  const { availability } = settings;
  const split = [settings.availability_read, settings.availability_write, settings.availability_delete];
  if (availability !== undefined && split.some((part) => part !== undefined))
    throw new RucioError(
      'InvalidObject',
      'availability can not be given together with availability_read, availability_write or availability_delete',
      { statusCode: 422 },
    );
  if (settings.rse_type !== undefined && !['DISK', 'TAPE'].includes(settings.rse_type.toUpperCase()))
    throw new RucioError('InvalidObject', `rse_type must be DISK or TAPE, got ${settings.rse_type}`);
  const bit = (mask: number, part: boolean | null | undefined) =>
    availability !== undefined ? (availability & mask) !== 0 : part === null ? true : part;
  const [read, write, remove] = [bit(4, split[0]), bit(2, split[1]), bit(1, split[2])];
  return {
    columns: {
      ...(settings.rse_type === undefined
        ? {}
        : { type: settings.rse_type.toUpperCase() as 'DISK' | 'TAPE' }),
      ...(settings.deterministic === undefined ? {} : { deterministic: settings.deterministic }),
      ...(settings.volatile === undefined ? {} : { volatile: settings.volatile }),
      ...(settings.staging_area === undefined ? {} : { staging_area: settings.staging_area }),
      ...(read === undefined ? {} : { availability_read: read }),
      ...(write === undefined ? {} : { availability_write: write }),
      ...(remove === undefined ? {} : { availability_delete: remove }),
      ...(settings.qos_class === undefined ? {} : { qos_class: settings.qos_class }),
    },
    place: Object.fromEntries(
      placeKeys.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])),
    ),
  };
}

const duplicate = (what: string): RucioError => new RucioError('Duplicate', `${what} exists already`);

export async function addRse(lake: Lake, name: string, settings: RseSettings): Promise<void> {
  requireName('rse', name);
  const { columns, place } = columnsOf(settings);
  const now = lake.clock.now();
  const id = await store.insertRse(
    lake.database.direct,
    { uuid: lake.identifiers.hex(), name },
    columns,
    place,
    now,
  );
  lake.rses.forget();
  if (id === undefined) throw duplicate(`Storage element ${name}`);
  await giveDefaultQuota(lake.database.direct, lake.config['default-quota'], { rseId: id });
}

export async function changeRse(lake: Lake, name: string, settings: RseSettings): Promise<void> {
  const rse = await lake.rses.named(name);
  const renamed = settings.name ?? settings.rse;
  if (renamed !== undefined) {
    requireName('rse', renamed);
    if ((await lake.rses.all()).some((other) => other.name === renamed))
      throw duplicate(`Storage element ${renamed}`);
  }
  const { columns, place } = columnsOf(settings);
  await store.updateRse(
    lake.database.direct,
    rse.id,
    { ...columns, ...(renamed === undefined ? {} : { name: renamed }) },
    place,
    lake.clock.now(),
  );
  lake.rses.forget();
  await lake.wakeups.wake(lake.database.direct);
}

export async function removeRse(lake: Lake, name: string): Promise<void> {
  const rse = await lake.rses.named(name);
  if (!(await store.deleteRse(lake.database.direct, rse.id, lake.clock.now())))
    throw new RucioError(
      'RSEOperationNotSupported',
      `Storage element ${name} is not empty: remove its replicas first`,
    );
  lake.rses.forget();
}

const booleans: Readonly<Record<string, boolean>> = { true: true, false: false };

/** Text that means a boolean becomes one, so that expressions can ask for it by name alone. */
export const attributeValue = (value: string | number | boolean | null): string | number | boolean =>
  value === null ? '' : typeof value === 'string' ? (booleans[value.toLowerCase()] ?? value) : value;

export async function addAttribute(
  lake: Lake,
  name: string,
  key: string,
  value: string | number | boolean | null,
): Promise<void> {
  requireName('attribute', key);
  const rse = await lake.rses.named(name);
  const added = await store.setAttribute(lake.database.direct, rse.id, key, attributeValue(value), false);
  lake.rses.forget();
  if (!added) throw duplicate(`Attribute ${key} of ${name}`);
}

export async function removeAttribute(lake: Lake, name: string, key: string): Promise<void> {
  const rse = await lake.rses.named(name);
  if (!(await store.deleteAttribute(lake.database.direct, rse.id, key)))
    throw new RucioError('RSEAttributeNotFound', `Storage element ${name} has no attribute ${key}`);
  lake.rses.forget();
}

/** `/` at both ends. */
const wholePrefix = (prefix: string): string => `/${prefix}/`.replace(/\/{2,}/g, '/');

export async function addProtocol(
  q: Queryable,
  rse: { readonly id: number; readonly name: string },
  scheme: string,
  settings: ProtocolSettings,
): Promise<void> {
  if (settings.impl === undefined) throw new RucioError('KeyError', "'impl' not defined");
  const added = await store.insertProtocol(q, rse.id, {
    scheme,
    hostname: settings.hostname ?? 'localhost',
    port: settings.port ?? 0,
    prefix: wholePrefix(settings.prefix ?? ''),
    impl: settings.impl,
    domains: { lan: settings.domains?.lan ?? {}, wan: settings.domains?.wan ?? {} },
    extendedAttributes: settings.extended_attributes ?? null,
  });
  if (!added) throw duplicate(`Protocol ${scheme} with this host and port of ${rse.name}`);
}

/** Protocols by scheme and, when given, host and port; throws RSEProtocolNotSupported when there are none. */
export function protocolsNamed(
  rse: Rse,
  scheme: string,
  hostname: string | undefined,
  port: number | undefined,
): readonly Protocol[] {
  const found = rse.protocols.filter(
    (protocol) =>
      protocol.scheme === scheme &&
      (hostname === undefined || protocol.hostname === hostname) &&
      (port === undefined || protocol.port === port),
  );
  if (found.length === 0)
    throw new RucioError(
      'RSEProtocolNotSupported',
      `Storage element ${rse.name} has no protocol ${[scheme, hostname, port].filter((part) => part !== undefined).join(' ')}`,
    );
  return found;
}

export async function changeProtocols(
  lake: Lake,
  protocols: readonly Protocol[],
  settings: ProtocolSettings,
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    for (const protocol of protocols) {
      await store.updateProtocol(transaction, {
        ...protocol,
        hostname: settings.hostname ?? protocol.hostname,
        port: settings.port ?? protocol.port,
        prefix: settings.prefix == null ? protocol.prefix : wholePrefix(settings.prefix),
        impl: settings.impl ?? protocol.impl,
        domains: {
          lan: { ...protocol.domains.lan, ...settings.domains?.lan },
          wan: { ...protocol.domains.wan, ...settings.domains?.wan },
        },
        extendedAttributes: settings.extended_attributes ?? protocol.extendedAttributes,
      });
    }
  });
  lake.rses.forget();
}
