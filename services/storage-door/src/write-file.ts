import { createHash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { type Digests, parseContentMd5, parseDigest, renderDigest } from '@vre/protocol-webdav';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Admitted, assertAllowed, withinElement } from './admission.ts';
import { DoorError } from './door-error.ts';
import { decide } from './policy.ts';

/** Refuses a PUT before its body is sent: 403 by policy, 405 for directories, 412 for `If-None-Match: *`. */
export async function admitWrite(request: FastifyRequest, admitted: Admitted): Promise<void> {
  const { element, path } = withinElement(admitted.location);
  // The policy first, without a look at the storage: whoever may not write learns nothing about what is there.
  assertAllowed(decide(admitted.grants, 'create', path));
  if (admitted.sentPath.endsWith('/')) throw new DoorError(405, 'A file name cannot end with a slash.');
  if (request.headers['content-range'] !== undefined)
    throw new DoorError(400, 'Files are written whole: a PUT with Content-Range is not accepted.');
  const there = await element.storage.stat(path.join('/'));
  if (there?.kind === 'directory') throw new DoorError(405, 'A directory is at this path.');
  if (there === undefined) return;
  if (request.headers['if-none-match']?.trim() === '*') throw new DoorError(412, 'The file exists already.');
  assertAllowed(decide(admitted.grants, 'replace', path));
}

/** PUT: stores the body atomically under its checks; answers 201 for a new file, 200 for a replaced one. */
export async function putFile(request: FastifyRequest, reply: FastifyReply, { location, grants }: Admitted) {
  const { element, path } = withinElement(location);
  const expected = expectations(request);
  const place = path.join('/');
  const replaces = (await element.storage.stat(place)) !== undefined;
  const content = body(request, expected.md5);
  try {
    const { adler32 } = await element.storage.write(place, content.blocks, {
      overwrite: replaces && decide(grants, 'replace', path).allowed,
      expectedBytes: expected.bytes,
      expectedAdler32: expected.adler32,
    });
    const etag = (await element.storage.stat(place))?.etag;
    if (etag !== undefined) void reply.header('etag', `"${etag}"`);
    return await reply
      .code(replaces ? 200 : 201)
      .header('digest', renderDigest('adler32', adler32))
      .send();
  } catch (error) {
    await drain(request);
    throw content.failure() ?? error;
  }
}

/**
 * Takes the rest of a body that will not be stored. Most clients read no answer before they have sent everything: cut
 * off, they would report a broken connection and try again, instead of the reason.
 */
async function drain({ raw }: FastifyRequest): Promise<void> {
  if (raw.destroyed || raw.readableEnded) return;
  raw.resume();
  await finished(raw).catch(() => undefined);
}

function expectations(request: FastifyRequest): Digests & { readonly bytes: number | undefined } {
  const { 'content-length': length, digest, 'content-md5': contentMd5 } = request.headers;
  const digests = parseDigest([digest ?? ''].flat().join());
  if (digests === undefined) throw new DoorError(400, 'The Digest header cannot be read.');
  const bytes = length === undefined ? undefined : Number(length);
  if (contentMd5 === undefined) return { ...digests, bytes };
  const md5 = parseContentMd5(String(contentMd5));
  if (md5 === undefined || (digests.md5 !== undefined && digests.md5 !== md5))
    throw new DoorError(400, 'The Content-MD5 header cannot be read or contradicts the Digest header.');
  return { ...digests, md5, bytes };
}

function body(request: FastifyRequest, md5: string | undefined) {
  let failure: DoorError | undefined;
  async function* checked(): AsyncGenerator<Uint8Array> {
    const hash = md5 === undefined ? undefined : createHash('md5');
    // The request outlives a failure: `drain` takes what is still on its way.
    for await (const block of request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      hash?.update(block);
      yield block;
    }
    const computed = hash?.digest('hex');
    if (computed === md5) return;
    failure = new DoorError(400, `The body has md5 ${computed}, announced was ${md5}.`);
    throw failure;
  }
  async function* untilCut(): AsyncGenerator<Uint8Array> {
    try {
      yield* checked();
    } catch (error) {
      // Nobody hears the answer, but the log should not blame the server.
      if (failure === undefined && request.raw.destroyed)
        failure = new DoorError(400, 'The upload was cut off.');
      throw error;
    }
  }
  return { blocks: untilCut(), failure: () => failure };
}
