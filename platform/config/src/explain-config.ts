import { z } from 'zod';

/** One key: dotted path, what it is for, its default as JSON text where it has one. */
export type ExplainedKey = {
  readonly path: string;
  readonly description: string;
  readonly fallback: string | undefined;
};

type Node = {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Record<string, Node>;
  readonly anyOf?: readonly Node[];
};

/** Every key of a schema with its description, in the schema's order; a key that holds keys is not listed itself. */
export function explainConfig(schema: z.ZodType): readonly ExplainedKey[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  const keys: ExplainedKey[] = [];
  const walk = (node: Node, path: string) => {
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      const childPath = path === '' ? name : `${path}.${name}`;
      if (child.properties) walk(child, childPath);
      else {
        keys.push({
          path: childPath,
          description: child.description ?? '',
          fallback: child.default === undefined ? undefined : JSON.stringify(child.default),
        });
      }
    }
  };
  walk(root, '');
  return keys;
}

/** A copy for printing: passwords inside URLs replaced. Secrets themselves are only ever named by file. */
export function redactConfig(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^(\w+:\/\/[^:/@]*):[^@/]*@/, '$1:[redacted]@');
  if (Array.isArray(value)) return value.map(redactConfig);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, redactConfig(child)]));
  }
  return value;
}
