import type { Queryable } from '@vre/database';
import type { Rse } from '../rses/rse.ts';
import { evaluateRseExpression, parseRseExpression } from '../rses/rse-expression.ts';
import { globalLimitsOf, limitsOf, usageOf } from './limit-store.ts';

/**
 * Bytes that an account may still lock on each element: the smaller of what its local limit and every global limit
 * over the element leave. Infinity without limit, 0 without local entry.
 */
export async function bytesLeft(
  q: Queryable,
  accountId: number,
  elements: readonly Rse[],
): Promise<ReadonlyMap<number, number>> {
  const [limits, globals, usage] = [
    await limitsOf(q, accountId),
    await globalLimitsOf(q, accountId),
    await usageOf(q, accountId),
  ];
  const used = (rseId: number): number => usage.get(rseId)?.bytes ?? 0;
  const left = new Map<number, number>();
  for (const { id } of elements) {
    const limit = limits.get(id);
    left.set(id, limit === undefined ? 0 : limit === null ? Number.POSITIVE_INFINITY : limit - used(id));
  }
  for (const { expression, bytes } of globals) {
    if (bytes === null) continue;
    const covered = evaluateRseExpression(parseRseExpression(expression), elements);
    const together = bytes - covered.reduce((sum, { id }) => sum + used(id), 0);
    for (const { id } of covered) left.set(id, Math.min(left.get(id) ?? 0, together));
  }
  return left;
}
