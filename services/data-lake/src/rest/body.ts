import { RucioError } from '@vre/protocol-rucio';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';

/**
 * The body in the shape of `schema`. Throws KeyError for a missing field, InvalidObject for a wrong one, each naming
 * field, expectation and what came.
 */
export function bodyOf<S extends z.ZodType>(request: FastifyRequest, schema: S): z.output<S> {
  const parsed = schema.safeParse(request.body ?? {});
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues[0]);
  const path = issue?.path.map(String).join('.') || 'body';
  if (
    issue?.code === 'invalid_type' &&
    issue.input === undefined &&
    at(request.body, issue.path) === undefined
  )
    throw new RucioError('KeyError', `'${path}' not defined`);
  if (issue?.path.length === 0 && issue.code === 'invalid_type')
    throw new RucioError(
      'TypeError',
      `body must be a json ${issue.expected === 'array' ? 'list' : 'dictionary'}`,
    );
  const found = JSON.stringify(at(request.body, issue?.path ?? [])) ?? 'nothing';
  throw new RucioError(
    'InvalidObject',
    `Problem validating ${path} : ${issue?.message ?? 'not valid'}, got ${found.slice(0, 200)}`,
  );
}

type Issue = z.core.$ZodIssue | undefined;

/** Of alternatives the first is told. */
function deepest(issue: Issue): Issue {
  return issue?.code === 'invalid_union' ? (deepest(issue.errors[0]?.[0]) ?? issue) : issue;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) current = (current as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return current;
}
