import classes from './json-tree.module.css';

type Props = { readonly name: string | undefined; readonly value: unknown; readonly depth: number };

const shown = 200;
const openDepth = 2;

const entriesOf = (value: object): readonly (readonly [string, unknown])[] => Object.entries(value);

/** One value of a JSON document, with what lies below it. */
export function JsonNode({ name, value, depth }: Props) {
  const label = name === undefined ? null : <span className={classes.key}>{name}: </span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={classes.leaf}>
        {label}
        <span className={classes.value} data-type={value === null ? 'null' : typeof value}>
          {JSON.stringify(value)}
        </span>
      </div>
    );
  }
  const entries = entriesOf(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={depth < openDepth}>
      <summary>
        {label}
        <span className={classes.size}>{size}</span>
      </summary>
      <div className={classes.children}>
        {entries.slice(0, shown).map(([key, child]) => (
          <JsonNode key={key} name={key} value={child} depth={depth + 1} />
        ))}
        {entries.length > shown ? (
          <div className={classes.size}>… and {entries.length - shown} more</div>
        ) : null}
      </div>
    </details>
  );
}
