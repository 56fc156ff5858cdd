import { Box, type BoxProps } from '@mantine/core';
import type { ReactNode, TdHTMLAttributes } from 'react';
import classes from './table.module.css';

type PartProps = BoxProps & { readonly children?: ReactNode };
type CellProps = PartProps & Pick<TdHTMLAttributes<HTMLTableCellElement>, 'scope' | 'colSpan'>;

const Thead = ({ children }: PartProps) => <thead>{children}</thead>;
const Tbody = ({ children }: PartProps) => <tbody>{children}</tbody>;
const Tr = (props: PartProps) => <Box component="tr" {...props} />;
const Th = (props: CellProps) => <Box component="th" {...props} />;
const Td = (props: CellProps) => <Box component="td" {...props} />;

function Root({ children }: { readonly children: ReactNode }) {
  return <table className={classes.table}>{children}</table>;
}

/**
 * A real table in the portal's look. The component library's own brings its scroll area along, which is a
 * thirtieth of the first screen and not needed: less important columns are hidden on narrow screens instead.
 */
export const Table = Object.assign(Root, { Thead, Tbody, Tr, Th, Td });
