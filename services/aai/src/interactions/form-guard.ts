import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@vre/service';
import type { FastifyRequest } from 'fastify';

/**
 * Tokens in forms, made from a key and never stored. The interaction's id is no secret; only who was served its
 * page (and holds its cookie) can submit it.
 */
export interface FormGuard {
  csrf(uid: string): string;
  /** False for a forged form: token missing or wrong, or sent from another site. */
  accepts(request: FastifyRequest, uid: string, csrf: unknown): boolean;
  /** States that this account's one-time password was checked in this interaction; valid for ten minutes. */
  proof(uid: string, accountId: string): string;
  /** The account of a valid proof. */
  proven(uid: string, proof: unknown): string | undefined;
}

const proofSeconds = 600;

export function createFormGuard(key: string, issuer: string, clock: Clock): FormGuard {
  const { origin } = new URL(issuer);
  const mac = (...parts: readonly string[]) =>
    createHmac('sha256', key)
      .update(JSON.stringify(['aai form', ...parts]))
      .digest('base64url');
  const same = (a: string, b: unknown) =>
    typeof b === 'string' && a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
  const sameSite = (request: FastifyRequest) => {
    const { origin: sentOrigin, 'sec-fetch-site': site } = request.headers;
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    return sentOrigin === undefined || sentOrigin === origin;
  };
  return {
    csrf: (uid) => mac('csrf', uid),
    accepts: (request, uid, csrf) => sameSite(request) && same(mac('csrf', uid), csrf),
    proof: (uid, accountId) => {
      const until = String(Math.floor(clock.now().getTime() / 1000) + proofSeconds);
      return `${accountId}.${until}.${mac('proof', uid, accountId, until)}`;
    },
    proven: (uid, proof) => {
      const [accountId = '', until = '', signature] = typeof proof === 'string' ? proof.split('.') : [];
      if (!same(mac('proof', uid, accountId, until), signature ?? '')) return undefined;
      return Number(until) * 1000 >= clock.now().getTime() ? accountId : undefined;
    },
  };
}
