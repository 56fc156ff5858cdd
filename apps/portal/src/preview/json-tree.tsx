import { JsonNode } from './json-node.tsx';
import classes from './json-tree.module.css';

/** A JSON document to unfold; the first two levels are open. */
export function JsonTree({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section className={classes.tree} aria-label={label} tabIndex={0}>
      <JsonNode name={undefined} value={value} depth={0} />
    </section>
  );
}
