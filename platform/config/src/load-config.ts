import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { explainConfig } from './explain-config.ts';
import { nearest } from './nearest-word.ts';

/** The configuration cannot be used; the message lists every problem, one a line, each with what to do. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

type Tree = { [key: string]: unknown };

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
  const tree: Tree = sources.file === undefined ? {} : await readYaml(sources.file);
  const problems: string[] = [];
  const paths = new Map(known.map((path) => [variableOf(path), path]));
  for (const [name, value] of Object.entries(sources.environment)) {
    if (!name.startsWith('VRE_') || value === undefined) continue;
    const path = paths.get(name);
    if (path === undefined) {
      problems.push(`${name} is not a known variable; did you mean ${nearest(name, [...paths.keys()])}?`);
    } else {
      assign(tree, path, parseScalar(value));
    }
  }
  for (const [path, value] of Object.entries(sources.flags ?? {})) {
    if (value !== undefined) assign(tree, path, value);
  }
  const parsed = schema.safeParse(tree);
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => sentences(issue, known)));
  if (problems.length > 0)
    throw new ConfigError(
      problems.map((problem) => (sources.file ? `${sources.file}: ${problem}` : problem)),
    );
  return deepFreeze(parsed.data as z.output<Schema>);
}

async function readYaml(file: string): Promise<Tree> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError([`${file}: cannot be read (${error.code}): check the path given with --config`]);
  });
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw new ConfigError(document.errors.map((error) => `${file}: ${error.message}`));
  const value: unknown = document.toJS() ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigError([`${file}: must hold keys and values`]);
  return value as Tree;
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

function sentences(issue: z.core.$ZodIssue, known: readonly string[]): string[] {
  const at = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [`${at === '' ? 'the file' : at}: ${issue.message}`];
  return issue.keys.map((key) => {
    const path = at === '' ? key : `${at}.${key}`;
    return `${path} is not a known key; did you mean ${nearest(path, known)}?`;
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
