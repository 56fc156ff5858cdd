import type { Readable } from 'node:stream';
import { type ParsedRange, parseByteRange, parseWantDigest, renderDigest } from '@vre/protocol-webdav';
import { type StorageAdapter, type StorageEntry, StorageError } from '@vre/storage-port';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Admitted, assertAllowed } from './admission.ts';
import { DoorError } from './door-error.ts';
import { decide } from './policy.ts';

/** HEAD: existence, size, times and, when wanted, a checksum (RFC 3230). Directories answer 200 without a length. */
export async function headFile(request: FastifyRequest, reply: FastifyReply, { grants, location }: Admitted) {
  assertAllowed(decide(grants, 'stat', location.kind === 'above' ? [] : location.path));
  if (location.kind === 'above') return reply.code(200).send();
  const { storage } = location.element;
  const entry = await existing(storage, location.path.join('/'));
  if (entry.kind === 'directory') return reply.code(200).send();
  describe(reply, entry);
  await addDigest(request, reply, storage, entry);
  return reply.code(200).header('content-length', entry.bytes).send();
}

/** GET: the file or one range of it (RFC 9110 §14); conditional on its etag. */
export async function getFile(request: FastifyRequest, reply: FastifyReply, { grants, location }: Admitted) {
  if (location.kind === 'above') throw directory();
  assertAllowed(decide(grants, 'read', location.path));
  const { storage } = location.element;
  const entry = await existing(storage, location.path.join('/'));
  if (entry.kind === 'directory') throw directory();
  if (matches(request.headers['if-none-match'], entry.etag)) {
    return reply.code(304).header('etag', `"${entry.etag}"`).send();
  }
  describe(reply, entry);
  const range = wantedRange(request, entry);
  if (range === 'unsatisfiable')
    throw new DoorError(416, `The file has ${entry.bytes} bytes and the range lies outside.`, {
      'content-range': `bytes */${entry.bytes}`,
    });
  if (range === 'whole') await addDigest(request, reply, storage, entry);
  const content = await openVersion(storage, entry, range);
  if (range === 'whole') return reply.code(200).header('content-length', entry.bytes).send(content);
  return reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${entry.bytes}`)
    .header('content-length', range.end - range.start + 1)
    .send(content);
}

async function existing(storage: StorageAdapter, path: string): Promise<StorageEntry> {
  const entry = await storage.stat(path);
  if (entry === undefined) throw new StorageError('not-found', `"${path}" does not exist`);
  return entry;
}

/** The content that `entry` describes: a file replaced just now would not have the length already promised. */
async function openVersion(
  storage: StorageAdapter,
  entry: StorageEntry,
  range: ParsedRange | 'whole',
): Promise<Readable> {
  const content = await storage.read(entry.path, range === 'whole' ? undefined : range);
  if ((await storage.stat(entry.path))?.etag === entry.etag) return content;
  content.destroy();
  throw new DoorError(503, 'The file is being replaced: try again.', { 'retry-after': '1' });
}

function describe(reply: FastifyReply, entry: StorageEntry): void {
  void reply.headers({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    etag: `"${entry.etag}"`,
    'last-modified': entry.modifiedAt.toUTCString(),
  });
}

async function addDigest(
  request: FastifyRequest,
  reply: FastifyReply,
  storage: StorageAdapter,
  entry: StorageEntry,
): Promise<void> {
  const wanted = parseWantDigest([request.headers['want-digest'] ?? ''].flat().join());
  if (wanted === undefined) return;
  void reply.header('digest', renderDigest(wanted, await storage.checksum(entry.path, wanted)));
}

function wantedRange(request: FastifyRequest, entry: StorageEntry): ParsedRange | 'whole' | 'unsatisfiable' {
  const condition = request.headers['if-range'];
  if (condition !== undefined && !matches(String(condition), entry.etag)) return 'whole';
  return parseByteRange(request.headers.range, entry.bytes);
}

/** Whether a list of etags (RFC 9110 §13.1.2) contains this one. */
export function matches(header: string | undefined, etag: string): boolean {
  const etags = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return etags.includes('*') || etags.includes(`"${etag}"`);
}

function directory(): DoorError {
  return new DoorError(405, 'This is a directory: list it with PROPFIND.', {
    allow: 'OPTIONS, HEAD, PROPFIND, MKCOL, DELETE',
  });
}
