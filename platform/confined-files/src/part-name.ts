const partPattern = /^\..*\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;

/**
 * Name under which a file is written before it takes its place: `.<name>.<uuid>.part` in the same directory.
 * A long name is shortened so that the result stays below 255 bytes.
 */
export function partName(name: string, uuid: string): string {
  const short = Buffer.byteLength(name) > 200 ? [...name].slice(0, 40).join('') : name;
  return `.${short}.${uuid}.part`;
}

/** Whether a name is one that {@link partName} gives: unfinished, never to be shown. */
export function isPartName(name: string): boolean {
  return partPattern.test(name);
}
