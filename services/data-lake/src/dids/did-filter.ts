import { sql } from '@vre/database';
import {
  didTypeOf,
  PythonSyntaxError,
  type PythonValue,
  parsePythonLiteral,
  parseRucioDate,
  RucioError,
} from '@vre/protocol-rucio';
import type { RawBuilder } from 'kysely';

export type FilterOperator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';

/** One comparison of a DID search. */
export type Condition = {
  readonly key: string;
  readonly operator: FilterOperator;
  readonly value: string | number | boolean | null;
};

const operators: readonly FilterOperator[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'];
const syntax = (message: string) => new RucioError('DIDFilterSyntaxError', message);

/**
 * Reads the filters of a search: a list of groups, one of which must hold, each with conditions that must all hold.
 * Clients write them as a Python literal or as JSON; keys may end with `.gt`, `.lte` and so on.
 */
export function parseFilters(text: string): readonly (readonly Condition[])[] {
  let parsed: PythonValue;
  try {
    parsed = parsePythonLiteral(text);
  } catch (error) {
    if (error instanceof PythonSyntaxError) throw syntax(`The filter can not be read: ${error.message}`);
    throw error;
  }
  const groups = Array.isArray(parsed) ? parsed : [parsed];
  return groups.map((group) => {
    if (group === null || typeof group !== 'object' || Array.isArray(group))
      throw syntax('A filter is a dictionary of keys and values, or a list of such');
    return Object.entries(group).map(([key, value]) => condition(key, value));
  });
}

export function condition(key: string, value: PythonValue | undefined): Condition {
  if (value !== null && typeof value === 'object')
    throw syntax(`The value of ${key.slice(0, 100)} must be text, a number or a boolean`);
  const cut = key.lastIndexOf('.');
  const suffix = key.slice(cut + 1) as FilterOperator;
  const operator = cut > 0 && operators.includes(suffix) ? suffix : 'eq';
  const name = operator === suffix && cut > 0 ? key.slice(0, cut) : key;
  if (!/^[\w-][\w.-]{0,254}$/.test(name)) throw syntax(`${name.slice(0, 100)} is not a key`);
  return { key: name, operator, value: value ?? null };
}

const comparisons: Readonly<Record<FilterOperator, RawBuilder<unknown>>> = {
  eq: sql`=`,
  ne: sql`is distinct from`,
  gt: sql`>`,
  gte: sql`>=`,
  lt: sql`<`,
  lte: sql`<=`,
};
const numbers = { bytes: sql`d.bytes`, length: sql`d.length` } as const;
const dates = {
  created_at: sql`d.created_at`,
  updated_at: sql`d.updated_at`,
  expired_at: sql`d.expired_at`,
  closed_at: sql`d.closed_at`,
  accessed_at: sql`d.accessed_at`,
} as const;
const texts = {
  name: sql`d.name`,
  adler32: sql`d.adler32`,
  md5: sql`d.md5`,
  guid: sql`d.guid::text`,
  account: sql`(select name from lake.account where id = d.account_id)`,
  scope: sql`(select name from lake.scope where id = d.scope_id)`,
} as const;
const booleans = {
  is_open: sql`d.is_open`,
  open: sql`d.is_open`,
  monotonic: sql`d.monotonic`,
  suppressed: sql`d.suppressed`,
  purge_replicas: sql`d.purge_replicas`,
} as const;

/** SQL over `lake.did d`: true for DIDs that one of the groups describes. */
export function filterSql(groups: readonly (readonly Condition[])[]): RawBuilder<boolean> {
  if (groups.length === 0) return sql<boolean>`true`;
  return sql<boolean>`(${sql.join(
    groups.map((group) =>
      group.length === 0 ? sql`true` : sql`(${sql.join(group.map(conditionSql), sql` and `)})`,
    ),
    sql` or `,
  )})`;
}

function conditionSql({ key, operator, value }: Condition): RawBuilder<unknown> {
  const compare = comparisons[operator];
  if (key === 'created_before' || key === 'created_after')
    return sql`d.created_at ${key === 'created_before' ? sql`<` : sql`>`} ${dateOf(key, value)}`;
  if (key === 'type' || key === 'did_type') return typeSql(String(value));
  if (Object.hasOwn(numbers, key)) {
    if (!Number.isFinite(Number(value)))
      throw syntax(`${key} is compared with a number, got ${String(value).slice(0, 50)}`);
    return sql`${numbers[key as keyof typeof numbers]} ${compare} ${Number(value)}::numeric`;
  }
  if (Object.hasOwn(dates, key))
    return value === null
      ? sql`${dates[key as keyof typeof dates]} is ${operator === 'ne' ? sql`not null` : sql`null`}`
      : sql`${dates[key as keyof typeof dates]} ${compare} ${dateOf(key, value)}::timestamptz`;
  if (Object.hasOwn(booleans, key))
    return sql`coalesce(${booleans[key as keyof typeof booleans]}, false) ${compare} ${['true', '1'].includes(String(value).toLowerCase())}::boolean`;
  if (Object.hasOwn(texts, key)) return textSql(texts[key as keyof typeof texts], operator, value);
  const stored = sql`(d.meta ->> ${key}::text)`;
  if (typeof value === 'number' && operator !== 'eq' && operator !== 'ne')
    return sql`(case when ${stored} ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$' then ${stored}::numeric end) ${compare} ${value}::numeric`;
  return textSql(stored, operator, value);
}

function textSql(
  stored: RawBuilder<unknown>,
  operator: FilterOperator,
  value: Condition['value'],
): RawBuilder<unknown> {
  if (value === null) return sql`${stored} is ${operator === 'ne' ? sql`not null` : sql`null`}`;
  const text = String(value);
  if (!/[*%]/.test(text)) return sql`${stored} ${comparisons[operator]} ${text}::text`;
  if (operator !== 'eq' && operator !== 'ne') throw syntax('Wildcards go with = and != only');
  const pattern = text.replace(/[\\_]/g, (character) => `\\${character}`).replaceAll('*', '%');
  if (/^%+$/.test(pattern)) return operator === 'eq' ? sql`${stored} is not null` : sql`${stored} is null`;
  return sql`${stored} ${operator === 'eq' ? sql`like` : sql`not like`} ${pattern}::text`;
}

function dateOf(key: string, value: Condition['value']): Date {
  const date = parseRucioDate(String(value)) ?? new Date(String(value));
  if (Number.isNaN(date.getTime()))
    throw syntax(`${key} is compared with a date, got ${String(value).slice(0, 50)}`);
  return date;
}

/** `all`, `collection` or a kind. */
export function typeSql(text: string): RawBuilder<boolean> {
  const type = didTypeOf(text);
  const lower = text.toLowerCase();
  if (lower === 'all') return sql<boolean>`true`;
  if (lower === 'collection') return sql<boolean>`d.type in ('D', 'C')`;
  if (type === undefined)
    throw new RucioError(
      'UnsupportedOperation',
      `Valid types are all, collection, container, dataset and file, not ${text.slice(0, 50)}`,
    );
  return sql<boolean>`d.type = ${type.charAt(0)}`;
}
