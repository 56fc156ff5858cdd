import { bearerToken, InvalidToken, type TokenVerifier } from '@vre/identity';
import { parseStoragePath, type StorageGrant, type StoragePath, storageGrants } from '@vre/protocol-webdav';
import type { FastifyRequest } from 'fastify';
import { DoorError } from './door-error.ts';
import { type DoorElement, type DoorLocation, locate } from './elements.ts';
import type { Decision } from './policy.ts';

/** A request whose sender and target are known. */
export type Admitted = {
  readonly grants: readonly StorageGrant[];
  readonly location: DoorLocation;
  /** Path of the request line, as sent, without query: what a client compares hrefs with. */
  readonly sentPath: string;
};

/** What admission needs to know. */
export type Doorkeeper = {
  readonly verifier: TokenVerifier;
  /** Path in every element at which the scopes of an issuer begin. */
  readonly basePaths: ReadonlyMap<string, StoragePath>;
  readonly elements: readonly DoorElement[];
};

/** Establishes who asks for what: 401 without a valid token, 400 for a path without meaning, 404 outside the elements. */
export async function admit(keeper: Doorkeeper, request: FastifyRequest): Promise<Admitted> {
  const token = bearerToken(request.headers.authorization);
  if (token === undefined) throw unauthenticated('A token is needed: send it as "Authorization: Bearer …".');
  const principal = await keeper.verifier.verify(token).catch((error: unknown) => {
    if (!(error instanceof InvalidToken)) throw error;
    throw unauthenticated(`The token was not accepted: ${error.message}.`, ', error="invalid_token"');
  });
  const basePath = keeper.basePaths.get(principal.issuer);
  if (basePath === undefined)
    throw new DoorError(403, 'The issuer of this token has no place in this storage.');
  const sentPath = (request.raw.url ?? '/').split('?', 1)[0] ?? '/';
  return {
    grants: storageGrants(principal.scopes, basePath),
    location: locateSent(keeper.elements, sentPath),
    sentPath,
  };
}

/** Place of a percent-encoded path that a client sent, in the request line or as a destination. */
export function locateSent(elements: readonly DoorElement[], sentPath: string): DoorLocation {
  const path = parseStoragePath(sentPath);
  if (path === undefined)
    throw new DoorError(
      400,
      'The path must be absolute and percent-encoded, without empty, "." and ".." segments, encoded slashes and control characters.',
    );
  const location = locate(elements, path);
  if (location === undefined) throw new DoorError(404, 'No storage element is served at this path.');
  return location;
}

/** Turns a refusal into the 403 that tells it. */
export function assertAllowed(decision: Decision): void {
  if (!decision.allowed) throw new DoorError(403, decision.reason);
}

/** The location within an element; directories above the elements cannot be changed. */
export function withinElement(location: DoorLocation): DoorLocation & { readonly kind: 'element' } {
  if (location.kind === 'element' && location.path.length > 0) return location;
  throw new DoorError(405, 'This directory belongs to the storage door itself and cannot be changed.');
}

function unauthenticated(sentence: string, parameters = ''): DoorError {
  return new DoorError(401, sentence, { 'www-authenticate': `Bearer realm="storage"${parameters}` });
}
