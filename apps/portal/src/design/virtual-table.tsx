import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import classes from './virtual-table.module.css';

export type Column<Row> = {
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** CSS width; without one the column takes what is left. */
  readonly width?: string;
  readonly align?: 'start' | 'end';
  /** Hidden on narrow screens. */
  readonly secondary?: boolean;
};

type Props<Row> = {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** The first one names the row. */
  readonly columns: readonly Column<Row>[];
};

const rowHeight = 44;

/** A table of any length: only the rows in view are in the document, the page itself scrolls. */
export function VirtualTable<Row>({ label, rows, rowKey, columns }: Props<Row>) {
  const place = useRef<HTMLTableElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => {
    const top = place.current?.getBoundingClientRect().top ?? 0;
    setScrollMargin(top + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin,
    getItemKey: (index) => rowKey(rows[index] as Row),
  });
  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? scrollMargin) - scrollMargin;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? scrollMargin) - scrollMargin);
  return (
    <table ref={place} className={classes.table} aria-label={label} aria-rowcount={rows.length + 1}>
      <thead>
        <tr>
          {columns.map(({ header, width, align, secondary }) => (
            <th key={header} scope="col" style={{ width }} data-align={align} data-secondary={secondary}>
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {before > 0 ? <tr aria-hidden style={{ height: before }} /> : null}
        {items.map(({ index, key }) => {
          const row = rows[index] as Row;
          const [first, ...others] = columns;
          return (
            <tr key={String(key)} ref={virtual.measureElement} data-index={index} aria-rowindex={index + 2}>
              <th scope="row">{first?.cell(row)}</th>
              {others.map(({ header, cell, align, secondary }) => (
                <td key={header} data-align={align} data-secondary={secondary}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
        {after > 0 ? <tr aria-hidden style={{ height: after }} /> : null}
      </tbody>
    </table>
  );
}
