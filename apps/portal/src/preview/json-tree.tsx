import { JsonNode } from './json-node.tsx';
import classes from './json-tree.module.css';

/** A JSON document to unfold; the first two levels are open. */
export function JsonTree({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <section className={classes.tree} aria-label={label} tabIndex={0}>
      <JsonNode name={undefined} value={value} depth={0} />
    </section>
  );
}
