import { Readable } from 'node:stream';
import {
  type DavResource,
  encodeSegment,
  isBelow,
  multistatusEnd,
  multistatusStart,
  parsePropfind,
  renderResponse,
} from '@vre/protocol-webdav';
import { type StorageEntry, StorageError } from '@vre/storage-port';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Admitted, assertAllowed } from './admission.ts';
import { DoorError } from './door-error.ts';
import type { DoorElement } from './elements.ts';
import { decide } from './policy.ts';

const largestBody = 64 * 1024;

/**
 * PROPFIND (RFC 4918 §9.1) with Depth 0 or 1. The target's href is the path as it was sent, because clients look for
 * exactly that; children that the token does not let see are left out.
 */
export async function propfind(
  request: FastifyRequest,
  reply: FastifyReply,
  admitted: Admitted,
  elements: readonly DoorElement[],
) {
  const depth = request.headers.depth;
  if (depth !== '0' && depth !== '1')
    throw new DoorError(403, 'PROPFIND is answered for Depth 0 and 1 only.');
  const { grants, location } = admitted;
  const within = location.kind === 'above' ? [] : location.path;
  assertAllowed(decide(grants, depth === '0' ? 'stat' : 'list', within));
  const target = await targetOf(admitted);
  const wanted = await wantedProperties(request);
  const withChildren = depth === '1' && target.kind === 'directory';
  async function* document(): AsyncGenerator<string> {
    yield multistatusStart + renderResponse(target, wanted);
    if (withChildren)
      for await (const child of childrenOf(admitted, target.href, elements))
        yield renderResponse(child, wanted);
    yield multistatusEnd;
  }
  return reply
    .code(207)
    .type('application/xml; charset=utf-8')
    .send(Readable.from(document(), { objectMode: false, highWaterMark: 32 * 1024 }));
}

async function targetOf({ location, sentPath }: Admitted): Promise<DavResource> {
  const withoutSlash = sentPath.replace(/\/$/, '');
  if (location.kind === 'above') return directoryAt(`${withoutSlash}/`);
  const path = location.path.join('/');
  const entry = await location.element.storage.stat(path);
  if (entry === undefined) throw new StorageError('not-found', `"${path}" does not exist`);
  return resource(entry, withoutSlash);
}

async function* childrenOf(
  { grants, location }: Admitted,
  href: string,
  elements: readonly DoorElement[],
): AsyncGenerator<DavResource> {
  if (location.kind === 'above') {
    const depth = location.path.length;
    const names = elements
      .filter(({ prefix }) => isBelow(prefix, location.path))
      .map(({ prefix }) => encodeSegment(prefix[depth] ?? ''));
    for (const name of new Set(names)) yield directoryAt(`${href}${name}/`);
    return;
  }
  for await (const entry of location.element.storage.list(location.path.join('/'))) {
    const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
    if (decide(grants, 'stat', [...location.path, name]).allowed)
      yield resource(entry, href + encodeSegment(name));
  }
}

function resource(entry: StorageEntry, path: string): DavResource {
  const { kind, bytes, modifiedAt, etag } = entry;
  return { href: kind === 'directory' ? `${path}/` : path, kind, bytes, modifiedAt, etag };
}

function directoryAt(href: string): DavResource {
  return { href, kind: 'directory', bytes: 0, modifiedAt: undefined, etag: undefined };
}

async function wantedProperties(request: FastifyRequest): Promise<readonly string[] | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request.raw as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > largestBody) throw new DoorError(413, 'The body of a PROPFIND may have 64 KiB at most.');
    pieces.push(piece);
  }
  try {
    return parsePropfind(Buffer.concat(pieces).toString());
  } catch (error) {
    throw new DoorError(
      400,
      `The body cannot be read: ${error instanceof Error ? error.message : 'not XML'}.`,
    );
  }
}
