/** A reader's place in every service's events: service → the service's own cursor, opaque here. */
export type EventCursor = ReadonlyMap<string, string>;

const longest = 2000;

/** Reads `Last-Event-ID`; parts that are malformed or of unknown services are left out. */
export function parseEventCursor(text: string | undefined, services: readonly string[]): Map<string, string> {
  const cursor = new Map<string, string>();
  if (text === undefined || text.length > longest) return cursor;
  for (const [service, place] of new URLSearchParams(text))
    if (services.includes(service) && /^[\x21-\x7e]{1,200}$/.test(place)) cursor.set(service, place);
  return cursor;
}

export const formatEventCursor = (cursor: EventCursor): string => new URLSearchParams([...cursor]).toString();
