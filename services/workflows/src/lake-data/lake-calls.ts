import type { Readable } from 'node:stream';
import { type HttpAnswer, type HttpCall, type HttpClient, HttpError } from '@vre/http-client';
import { sameChecksum } from '@vre/storage-checksums';
import { z } from 'zod';

const replicaRow = z.looseObject({
  scope: z.string(),
  name: z.string(),
  bytes: z.number(),
  adler32: z.string().nullish(),
  pfns: z.record(z.string(), z.looseObject({ rse: z.string().optional(), priority: z.number().optional() })),
});
const didRow = z.looseObject({ scope: z.string(), name: z.string(), type: z.string() });

export type LakeFile = {
  readonly scope: string;
  readonly name: string;
  readonly bytes: number;
  readonly adler32: string | undefined;
  /** Addresses to read it from, best first. */
  readonly sources: readonly string[];
};
export type ScopedName = { readonly scope: string; readonly name: string };

/** The few calls of the Rucio API that a run needs. Every call asks `token` anew, so that none ends too late. */
export interface LakeCalls {
  /** Type of a DID: FILE, DATASET or CONTAINER; undefined when there is none. */
  didType(did: ScopedName): Promise<string | undefined>;
  /** Files of a DID with the https addresses of their replicas. */
  files(did: ScopedName): Promise<readonly LakeFile[]>;
  /** Bytes from a storage door. */
  read(url: string, signal: AbortSignal): Promise<Readable>;
  /** Puts bytes to a storage door, which checks them; fine when it holds exactly them already. */
  write(
    url: string,
    content: Readable | Buffer,
    expected: { readonly bytes: number; readonly adler32: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** Where a file is to be written on a storage element. */
  writeUrl(rse: string, file: ScopedName): Promise<string>;
  /** Storage elements that can be written to, in the lake's order. */
  writableElements(): Promise<readonly string[]>;
  addReplicas(
    rse: string,
    files: readonly (ScopedName & { readonly bytes: number; readonly adler32: string })[],
  ): Promise<void>;
  addDataset(did: ScopedName): Promise<void>;
  attach(dataset: ScopedName, files: readonly ScopedName[]): Promise<void>;
  setMetadata(did: ScopedName, metadata: Readonly<Record<string, unknown>>): Promise<void>;
  addRule(did: ScopedName, rse: string): Promise<void>;
}

/** The lake has the thing already: exactly what repeating an interrupted registration finds. */
const alreadyThere = /DataIdentifierAlreadyExists|FileAlreadyExists|DuplicateRule|DuplicateContent|Duplicate/;

export function createLakeCalls(http: HttpClient, lake: string, token: () => Promise<string>): LakeCalls {
  const part = encodeURIComponent;
  const at = ({ scope, name }: ScopedName) => `/dids/${part(scope)}/${part(name)}`;

  async function call(path: string, options: HttpCall = {}): Promise<HttpAnswer> {
    const bearer = await token();
    return http.request(`${lake}${path}`, {
      attempts: 3,
      ...options,
      headers: {
        'x-rucio-auth-token': bearer,
        accept: 'application/json, application/x-json-stream',
        ...options.headers,
      },
    });
  }
  async function text(path: string, options?: HttpCall): Promise<string> {
    const answer = await call(path, options);
    const body = await answer.body.text();
    if (answer.status < 200 || answer.status > 299) throw lakeError(answer, path, body);
    return body;
  }
  /** Creating something that is there already is fine. */
  async function create(path: string, json: unknown): Promise<void> {
    try {
      await text(path, { method: 'POST', json });
    } catch (error) {
      if (!(error instanceof HttpError && error.status === 409 && alreadyThere.test(error.body))) throw error;
    }
  }

  /** Whether a door holds a file of this size and checksum (RFC 3230). */
  async function holds(url: string, bytes: number, adler32: string): Promise<boolean> {
    const { status, headers, body } = await http.request(url, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${await token()}`, 'want-digest': 'adler32' },
    });
    await body.dump();
    const [, found] = /adler32=([0-9a-f]+)/i.exec([headers.digest].flat().join()) ?? [];
    return (
      status === 200 &&
      headers['content-length'] === String(bytes) &&
      found !== undefined &&
      sameChecksum(found, adler32)
    );
  }

  return {
    didType: async (did) => {
      try {
        return didRow.parse(JSON.parse(await text(at(did)))).type.toUpperCase();
      } catch (error) {
        if (error instanceof HttpError && error.status === 404) return undefined;
        throw error;
      }
    },
    files: async (did) => {
      const body = await text('/replicas/list', {
        method: 'POST',
        json: { dids: [did], schemes: ['https', 'davs'], ignore_availability: false, all_states: false },
      });
      return lines(body).map((line) => {
        const row = replicaRow.parse(line);
        const sources = Object.entries(row.pfns)
          .sort(([, a], [, b]) => (a.priority ?? 99) - (b.priority ?? 99))
          .map(([pfn]) => pfn.replace(/^davs:/, 'https:'));
        return {
          scope: row.scope,
          name: row.name,
          bytes: row.bytes,
          adler32: row.adler32 ?? undefined,
          sources,
        };
      });
    },
    read: async (url, signal) => {
      const answer = await http.request(url, {
        headers: { authorization: `Bearer ${await token()}` },
        attempts: 2,
        signal,
      });
      if (answer.status !== 200) {
        throw new HttpError(answer.status, url, (await answer.body.text()).slice(0, 4096));
      }
      return answer.body;
    },
    write: async (url, content, { bytes, adler32 }, signal) => {
      const answer = await http.request(url, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${await token()}`,
          'content-length': String(bytes),
          digest: `adler32=${adler32}`,
        },
        body: content,
        headersTimeout: 600_000,
        signal,
      });
      const body = await answer.body.text();
      if (answer.status >= 200 && answer.status <= 299) return;
      const refused = new HttpError(answer.status, url, body.slice(0, 4096));
      // Written before a crash: nobody may replace it, and nobody needs to.
      if (![403, 409, 412].includes(answer.status) || !(await holds(url, bytes, adler32))) throw refused;
    },
    writeUrl: async (rse, file) => {
      const lfn = `${file.scope}:${file.name}`;
      const pfns = (scheme: string) =>
        text(`/rses/${part(rse)}/lfns2pfns?lfn=${part(lfn)}&scheme=${scheme}&operation=write`);
      const answer = await pfns('https').catch((error: unknown) => {
        if (error instanceof HttpError && error.status < 500) return pfns('davs');
        throw error;
      });
      const pfn = z.record(z.string(), z.string()).parse(JSON.parse(answer))[lfn];
      if (pfn === undefined) throw new Error(`${rse} names no address to write ${lfn} to`);
      return pfn.replace(/^davs:/, 'https:');
    },
    writableElements: async () => {
      const rows = lines(await text('/rses/')).map((row) =>
        z
          .looseObject({
            rse: z.string(),
            availability_write: z.boolean().optional(),
            deleted: z.boolean().optional(),
          })
          .parse(row),
      );
      return rows
        .filter((row) => row.availability_write !== false && row.deleted !== true)
        .map(({ rse }) => rse);
    },
    addReplicas: (rse, files) => create('/replicas', { rse, files, ignore_availability: true }),
    addDataset: (did) => create(at(did), { type: 'DATASET' }),
    attach: (dataset, files) =>
      create('/dids/attachments', { attachments: [{ ...dataset, dids: files }], ignore_duplicate: true }),
    setMetadata: async (did, metadata) => {
      await text(`${at(did)}/meta`, { method: 'POST', json: { meta: metadata, recursive: false } });
    },
    addRule: (did, rse) =>
      create('/rules/', {
        dids: [did],
        copies: 1,
        rse_expression: rse,
        account: null,
        weight: null,
        lifetime: null,
        grouping: 'DATASET',
        locked: false,
        source_replica_expression: null,
        activity: 'User Subscriptions',
        notify: 'N',
        purge_replicas: false,
        ignore_availability: false,
        comment: null,
        ask_approval: false,
        asynchronous: false,
        priority: 3,
      }),
  };
}

/** Rows of an answer: JSON lines, or one JSON array. */
function lines(body: string): readonly unknown[] {
  const trimmed = body.trim();
  if (trimmed === '') return [];
  if (trimmed.startsWith('[')) return JSON.parse(trimmed) as unknown[];
  return trimmed.split('\n').map((line) => JSON.parse(line) as unknown);
}

/** Rucio names its errors in headers; the name is kept with the text. */
function lakeError(answer: HttpAnswer, path: string, body: string): HttpError {
  const name = [answer.headers.exceptionclass].flat()[0] ?? '';
  const message = [answer.headers.exceptionmessage].flat()[0] ?? body;
  return new HttpError(answer.status, `http://data-lake${path}`, `${name}: ${message}`.slice(0, 4096));
}
