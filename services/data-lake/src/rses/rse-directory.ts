import { type Database, sql } from '@vre/database';
import { RucioError } from '@vre/protocol-rucio';
import type { Protocol, Rse } from './rse.ts';
import { evaluateRseExpression, parseRseExpression } from './rse-expression.ts';

/** All storage elements, held for a moment: they are few, change rarely, and every listing needs them. */
export interface RseDirectory {
  all(): Promise<readonly Rse[]>;
  byId(): Promise<ReadonlyMap<number, Rse>>;
  /** Throws RSENotFound. */
  named(name: string): Promise<Rse>;
  /** Elements of an expression; throws InvalidRSEExpression when there are none. */
  matching(expression: string): Promise<readonly Rse[]>;
  /** To be called after every change. Other processes notice within half a second. */
  forget(): void;
}

const freshMilliseconds = 500;

type Row = Omit<Rse, 'attributes' | 'protocols' | 'distanceFrom' | 'pathAlgorithm' | 'verifyChecksum'> & {
  readonly attributes: Record<string, string | number | boolean> | null;
  readonly protocols: Protocol[] | null;
  readonly distances: Record<string, number> | null;
};

export function createRseDirectory(database: Database): RseDirectory {
  let held: { readonly until: number; readonly value: Promise<readonly Rse[]> } | undefined;

  async function load(): Promise<readonly Rse[]> {
    const { rows } = await sql<Row>`
      select r.id, r.uuid, r.name, r.type, r.deterministic, r.volatile, r.staging_area as "stagingArea",
        r.availability_read as readable, r.availability_write as writable, r.availability_delete as deletable,
        r.qos_class as "qosClass", r.place,
        (select jsonb_object_agg(key, value) from lake.rse_attribute where rse_id = r.id) as attributes,
        (select jsonb_agg(jsonb_build_object('id', id, 'scheme', scheme, 'hostname', hostname, 'port', port,
           'prefix', prefix, 'impl', impl, 'domains', domains, 'extendedAttributes', extended_attributes) order by id)
         from lake.rse_protocol where rse_id = r.id) as protocols,
        (select jsonb_object_agg(source_id, distance) from lake.rse_distance where destination_id = r.id) as distances
      from lake.rse r where r.deleted_at is null order by r.name`.execute(database.direct);
    return rows.map(({ attributes, protocols, distances, ...row }) => {
      const known = new Map(Object.entries({ ...attributes, [row.name]: true }));
      return {
        ...row,
        attributes: known,
        protocols: protocols ?? [],
        pathAlgorithm: String(known.get('lfn2pfn_algorithm') ?? 'hash'),
        verifyChecksum: String(known.get('verify_checksum') ?? 'true').toLowerCase() !== 'false',
        distanceFrom: new Map(
          Object.entries(distances ?? {}).map(([id, distance]) => [Number(id), distance]),
        ),
      };
    });
  }
  const all = (): Promise<readonly Rse[]> => {
    if (held && held.until > performance.now()) return held.value;
    const value = load();
    held = { until: performance.now() + freshMilliseconds, value };
    value.catch(() => {
      held = undefined;
    });
    return value;
  };
  return {
    all,
    byId: async () => new Map((await all()).map((rse) => [rse.id, rse])),
    named: async (name) => {
      const found = (await all()).find((rse) => rse.name === name);
      if (!found)
        throw new RucioError(
          'RSENotFound',
          `Storage element ${name.slice(0, 200)} does not exist: run "rucio rse list" to see their names`,
        );
      return found;
    },
    matching: async (expression) => {
      const found = evaluateRseExpression(parseRseExpression(expression), await all());
      if (found.length === 0)
        throw new RucioError(
          'InvalidRSEExpression',
          `No storage element matches ${expression.slice(0, 200)}: run "rucio rse list" to see their names`,
        );
      return found;
    },
    forget: () => {
      held = undefined;
    },
  };
}
