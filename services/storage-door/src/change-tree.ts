import { StorageError } from '@vre/storage-port';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Admitted, assertAllowed, locateSent, withinElement } from './admission.ts';
import { DoorError } from './door-error.ts';
import type { DoorElement } from './elements.ts';
import { decide, decideMove } from './policy.ts';

/** DELETE: a file or an empty directory, 204. */
export async function deleteFile(_request: FastifyRequest, reply: FastifyReply, admitted: Admitted) {
  const { element, path } = withinElement(admitted.location);
  assertAllowed(decide(admitted.grants, 'delete', path));
  await element.storage.remove(path.join('/'));
  return reply.code(204).send();
}

/** MKCOL (RFC 4918 §9.3): 201, 405 when something is there, 409 without the directory above. */
export async function makeDirectory(request: FastifyRequest, reply: FastifyReply, admitted: Admitted) {
  const { element, path } = withinElement(admitted.location);
  assertAllowed(decide(admitted.grants, 'make-directory', path));
  if (Number(request.headers['content-length'] ?? 0) > 0)
    throw new DoorError(415, 'A directory is created without a body.');
  try {
    await element.storage.createDirectory(path.join('/'));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'already-exists') throw new DoorError(405, 'Something exists at this path already.');
    if (error.code === 'not-found') throw new DoorError(409, 'The directory above does not exist.');
    throw error;
  }
  return reply.code(201).send();
}

/** MOVE (RFC 4918 §9.9) of a file within its element: 201 for a new name, 204 when a file was replaced. */
export async function moveFile(
  request: FastifyRequest,
  reply: FastifyReply,
  admitted: Admitted,
  elements: readonly DoorElement[],
) {
  const { element, path: from } = withinElement(admitted.location);
  const target = withinElement(locateSent(elements, destinationPath(request)));
  if (target.element !== element)
    throw new DoorError(
      502,
      'A file cannot be moved to another storage element: copy it and delete the original.',
    );
  const to = target.path;
  assertAllowed(decideMove(admitted.grants, from, to, false));
  const replaces = (await element.storage.stat(to.join('/'))) !== undefined;
  if (replaces && String(request.headers.overwrite ?? 'T').toUpperCase() === 'F')
    throw new DoorError(412, 'The destination exists already and Overwrite is F.');
  assertAllowed(decideMove(admitted.grants, from, to, replaces));
  await element.storage.move(from.join('/'), to.join('/'), { overwrite: replaces });
  return reply.code(replaces ? 204 : 201).send();
}

/** Path of the `Destination` header, which must name this server, absolutely or by path alone. */
function destinationPath(request: FastifyRequest): string {
  const match = /^(?:https?:\/\/([^/?#]*))?(\/[^?#]*)$/i.exec(
    String(request.headers.destination ?? '').trim(),
  );
  const path = match?.[2];
  if (path === undefined) throw new DoorError(400, 'A MOVE needs a Destination header with an absolute URL.');
  const host = match?.[1];
  if (host !== undefined && host.toLowerCase() !== (request.headers.host ?? '').toLowerCase())
    throw new DoorError(
      502,
      'The destination is on another server: copy the file there and delete the original.',
    );
  return path;
}
