/** One word of a shell command line, quoted so that the shell takes it literally. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_/.:=,+@%-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Words joined to a command line. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
