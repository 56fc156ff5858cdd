/** Whether the text would be read as a pattern. */
export const isGlob = (text: string): boolean => /[*?[]/.test(text);

/** What one place of a name may be. */
type Letter = (letter: string) => boolean;
type Part = Letter | 'any letters';

/**
 * A pattern over paths with `/`: `*` and `?` stay within a name, `**` as a whole name spans any depth, `[a-z]` and
 * `[!a-z]` are classes; names that begin with a dot are matched like others. Braces mean themselves. People write
 * patterns and jobs write names: matching takes at most pattern × path steps, whatever both are.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const segments: (readonly Part[] | 'any depth')[] = pattern
    .split('/')
    .map((text) => (text === '**' ? 'any depth' : nameParts(text)));
  // `a/**` is what lies below `a`, not `a` itself.
  if (segments.at(-1) === 'any depth') segments.push(['any letters']);
  return (path) =>
    matchWith<readonly Part[], string, 'any depth'>(segments, path.split('/'), 'any depth', (parts, name) =>
      matchWith<Letter, string, 'any letters'>(parts, [...name], 'any letters', (fits, letter) =>
        fits(letter),
      ),
    );
}

/**
 * Whether the pieces cover the items one by one, a `wild` piece any number of them. Only the last wild piece is ever
 * widened: where a later one can begin, an earlier one need not be longer.
 */
function matchWith<Piece, Item, Wild extends string>(
  pieces: readonly (Piece | Wild)[],
  items: readonly Item[],
  wild: Wild,
  fits: (piece: Piece, item: Item) => boolean,
): boolean {
  let piece = 0;
  let item = 0;
  let wildPiece = -1;
  let wildItem = 0;
  while (item < items.length) {
    const next = pieces[piece];
    if (next === wild) {
      wildPiece = piece++;
      wildItem = item;
    } else if (piece < pieces.length && fits(next as Piece, items[item] as Item)) {
      piece++;
      item++;
    } else if (wildPiece >= 0) {
      piece = wildPiece + 1;
      item = ++wildItem;
    } else return false;
  }
  return pieces.slice(piece).every((rest) => rest === wild);
}

function nameParts(text: string): readonly Part[] {
  const letters = [...text];
  const parts: Part[] = [];
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] as string;
    const close = letter === '[' ? letters.indexOf(']', at + 2) : -1;
    if (letter === '*') parts.push('any letters');
    else if (letter === '?') parts.push(() => true);
    else if (close !== -1) {
      parts.push(letterClass(letters.slice(at + 1, close)));
      at = close;
    } else parts.push((one) => one === letter);
  }
  return parts;
}

/** `a-z`, `abc`, `!a-z`; a hyphen at either end means itself. */
function letterClass(content: readonly string[]): Letter {
  const negated = content[0] === '!';
  const ranges: (readonly [number, number])[] = [];
  const letters = negated ? content.slice(1) : content;
  for (let at = 0; at < letters.length; at++) {
    const isRange = letters[at + 1] === '-' && at + 2 < letters.length;
    const first = (letters[at] as string).codePointAt(0) as number;
    const last = isRange ? ((letters[at + 2] as string).codePointAt(0) as number) : first;
    ranges.push([first, last]);
    if (isRange) at += 2;
  }
  return (letter) => {
    const code = letter.codePointAt(0) as number;
    return ranges.some(([first, last]) => first <= code && code <= last) !== negated;
  };
}
