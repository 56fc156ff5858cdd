import { Box } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './code-block.module.css';
import { CopyButton } from './copy-button.tsx';

type Props = {
  readonly label: string;
  /** What the copy button copies. */
  readonly text: string;
  /** The shown form, if it is more than the text (colours). */
  readonly children?: ReactNode;
  readonly maxHeight?: number;
};

/** Text to read and copy: a command, a file, a document. */
export function CodeBlock({ label, text, children, maxHeight }: Props) {
  return (
    <Box className={classes.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <section className={classes.scroll} aria-label={`Text of ${label}`} tabIndex={0} style={{ maxHeight }}>
        <pre className={classes.text}>{children ?? text}</pre>
      </section>
      <Box className={classes.copy}>
        <CopyButton value={text} label={`Copy ${label}`} />
      </Box>
    </Box>
  );
}
