import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { explainConfig } from './explain-config.ts';
import { nearest } from './nearest-word.ts';
import { readYamlFile, type Tree } from './yaml-file.ts';

/**
 * Reads `file` (may be absent when `undefined`), lays `VRE_…` variables over it (levels joined by `__`, `-` written
 * `_`) and then flags (dotted paths), and parses the whole once. The result is frozen.
 */
export async function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  sources: {
    readonly file?: string | undefined;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly flags?: Readonly<Record<string, unknown>>;
  },
): Promise<z.output<Schema>> {
  const known = explainConfig(schema).map((key) => key.path);
  const yaml = sources.file === undefined ? undefined : await readYamlFile(sources.file);
  const tree = yaml?.tree ?? {};
  const given = new Map<string, string>();
  const problems: string[] = [];
  const paths = new Map(known.map((path) => [variableOf(path), path]));
  for (const [name, value] of Object.entries(sources.environment)) {
    if (!name.startsWith('VRE_') || value === undefined) continue;
    const path = paths.get(name);
    if (path === undefined) {
      problems.push(`${name} is not a known variable; did you mean ${nearest(name, [...paths.keys()])}?`);
    } else {
      assign(tree, path, parseScalar(value));
      given.set(path, name);
    }
  }
  for (const [path, value] of Object.entries(sources.flags ?? {})) {
    if (value === undefined) continue;
    assign(tree, path, value);
    given.set(path, `--${path}`);
  }
  /** Where the operator finds the key: variable or flag, else file and line. */
  const where = (path: readonly PropertyKey[]): string => {
    const source = given.get(path.join('.'));
    if (source !== undefined) return `${source}: `;
    if (sources.file === undefined) return '';
    const line = yaml?.lineOf(path);
    return line === undefined ? `${sources.file}: ` : `${sources.file}, line ${line}: `;
  };
  const parsed = schema.safeParse(tree);
  if (!parsed.success)
    problems.push(...parsed.error.issues.flatMap((issue) => sentences(issue, known, where)));
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(parsed.data as z.output<Schema>);
}

const variableOf = (path: string) => `VRE_${path.replaceAll('.', '__').replaceAll('-', '_').toUpperCase()}`;

function parseScalar(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? text : document.toJS();
}

function assign(tree: Tree, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  let level = tree;
  for (const key of keys) {
    const next = level[key];
    level = level[key] = typeof next === 'object' && next !== null ? (next as Tree) : {};
  }
  level[last] = value;
}

function sentences(
  issue: z.core.$ZodIssue,
  known: readonly string[],
  where: (path: readonly PropertyKey[]) => string,
): string[] {
  const at = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys')
    return [`${where(issue.path)}${at === '' ? 'the file' : at}: ${issue.message}`];
  return issue.keys.map((key) => {
    const path = at === '' ? key : `${at}.${key}`;
    return `${where([...issue.path, key])}${path} is not a known key; did you mean ${nearest(path, known)}?`;
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
