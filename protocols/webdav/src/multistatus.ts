import { XMLParser } from 'fast-xml-parser';

/** What a multistatus answer (RFC 4918 §13) tells about one file or directory. */
export type DavResource = {
  /** Percent-encoded absolute path. */
  readonly href: string;
  readonly kind: 'file' | 'directory';
  /** 0 for directories. */
  readonly bytes: number;
  readonly modifiedAt: Date | undefined;
  /** Without quotes. */
  readonly etag: string | undefined;
};

/** The live properties that a resource has, by local name in the namespace `DAV:`. */
export const davProperties = ['resourcetype', 'getcontentlength', 'getlastmodified', 'getetag'] as const;

/** Begins a multistatus document; responses and {@link multistatusEnd} follow. */
export const multistatusStart = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">\n';
export const multistatusEnd = '</D:multistatus>\n';

/**
 * One `response` element. With `wanted` only these properties are given, and those the resource does not have are named
 * with status 404.
 */
export function renderResponse(resource: DavResource, wanted?: readonly string[]): string {
  const known = propertiesOf(resource);
  const found = wanted === undefined ? [...known.keys()] : wanted.filter((name) => known.has(name));
  const missing = wanted?.filter((name) => !known.has(name)) ?? [];
  const have = found.map((name) => known.get(name)).join('');
  const lack = missing.map((name) => `<D:${name}/>`).join('');
  return [
    `<D:response><D:href>${escapeXml(resource.href)}</D:href>`,
    `<D:propstat><D:prop>${have}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>`,
    lack === ''
      ? ''
      : `<D:propstat><D:prop>${lack}</D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>`,
    '</D:response>\n',
  ].join('');
}

function propertiesOf(resource: DavResource): Map<string, string> {
  const collection = resource.kind === 'directory' ? '<D:collection/>' : '';
  const properties = new Map([['resourcetype', `<D:resourcetype>${collection}</D:resourcetype>`]]);
  const add = (name: string, value: string) =>
    properties.set(name, `<D:${name}>${escapeXml(value)}</D:${name}>`);
  if (resource.kind === 'file') add('getcontentlength', String(resource.bytes));
  if (resource.modifiedAt !== undefined) add('getlastmodified', resource.modifiedAt.toUTCString());
  if (resource.etag !== undefined) add('getetag', `"${resource.etag}"`);
  return properties;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const arrays = new Set(['response', 'propstat']);
const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: true,
  parseTagValue: false,
  isArray: (name) => arrays.has(name),
});

/**
 * Reads a multistatus answer of any server, properties with another status than 200 left out. Throws an `Error` for what
 * is not a multistatus document.
 */
export function parseMultistatus(xml: string): DavResource[] {
  const root = record(parseXml(xml)).multistatus;
  if (root === undefined) throw new Error('the answer is not a WebDAV multistatus document');
  return list(record(root).response).map((response) => {
    const { href, propstat } = record(response);
    const found = list(propstat).map(record);
    const properties = record(found.find(({ status }) => / 200 /.test(`${String(status)} `))?.prop);
    const modified = new Date(String(properties.getlastmodified ?? ''));
    const type = properties.resourcetype;
    return {
      href: String(href),
      kind: typeof type === 'object' && type !== null && 'collection' in type ? 'directory' : 'file',
      bytes: Number(properties.getcontentlength ?? 0),
      modifiedAt: Number.isNaN(modified.getTime()) ? undefined : modified,
      etag:
        properties.getetag === undefined ? undefined : String(properties.getetag).replace(/^(W\/)?"|"$/g, ''),
    };
  });
}

/**
 * The property names a `PROPFIND` body asks for; `undefined` means all of them (no body, `allprop`, `propname`). Throws
 * an `Error` for a body that is no such document.
 */
export function parsePropfind(xml: string): readonly string[] | undefined {
  if (xml.trim() === '') return undefined;
  const root = record(parseXml(xml)).propfind;
  if (root === undefined) throw new Error('the body is not a WebDAV propfind document');
  const { prop } = record(root);
  return prop === undefined ? undefined : Object.keys(record(prop)).filter((name) => /^[\w.-]+$/.test(name));
}

function parseXml(xml: string): unknown {
  // No document of this protocol declares entities; whoever does means harm.
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw new Error('the document contains a document type declaration');
  return parser.parse(xml, true);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
