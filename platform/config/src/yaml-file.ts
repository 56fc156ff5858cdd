import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './config-error.ts';

/** Keys and values by name, as read. */
export type Tree = { [key: string]: unknown };

/** A configuration file, read. */
export type YamlFile = {
  readonly tree: Tree;
  /** Line on which a key stands, counted from 1; `undefined` for a key that is not in the file. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
};

/** Reads a file of keys and values; throws a `ConfigError` of one sentence with file and line when it is none. */
export async function readYamlFile(file: string): Promise<YamlFile> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError([`${file}: cannot be read (${error.code}): check the path given with --config`]);
  });
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter });
  // One mistake often causes further errors: the first is the one to correct.
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new ConfigError([
      `${file}, line ${line}, column ${col}: this is no YAML (${error.message.split('\n')[0]}): expected "key: value", levels indented by spaces`,
    ]);
  }
  const value: unknown = document.toJS() ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigError([
      `${file}, line 1: must hold keys and values such as "port-base: 9000", but is ${Array.isArray(value) ? 'a list' : 'a single value'}`,
    ]);
  return {
    tree: value as Tree,
    lineOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : lineCounter.linePos(offset).line;
    },
  };
}

/** Where the last key of a path begins in the text. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent = path.length < 2 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
