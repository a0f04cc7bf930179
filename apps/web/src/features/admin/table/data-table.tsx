'use client';

import { type ReactNode, useId, useState } from 'react';
import styles from './data-table.module.css';

interface ShowAsTableProps {
  /** What the chart shows, beside the button. */
  note?: ReactNode;
  /** Name of the chart for those who do not see it. */
  of: string;
  children: ReactNode;
}

/** Button below a chart that shows its data as a table. */
export function ShowAsTable({ note, of, children }: ShowAsTableProps) {
  const [isShown, setShown] = useState(false);
  const table = useId();
  return (
    <div className={styles['below']}>
      <div className={styles['line']}>
        {note === undefined ? null : <p>{note}</p>}
        <button
          type="button"
          aria-expanded={isShown}
          aria-controls={table}
          aria-label={`${isShown ? 'Hide table' : 'Show as table'}: ${of}`}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? 'Hide table' : 'Show as table'}
        </button>
      </div>
      <div id={table} hidden={!isShown}>
        {isShown ? children : null}
      </div>
    </div>
  );
}

/** `text` columns are read from the left; the others hold figures. */
interface Column {
  name: string;
  text?: boolean;
}

interface DataTableProps {
  /** Accessible name. */
  name: string;
  columns: readonly Column[];
  /** Rows of a `tbody`. */
  children: ReactNode;
  /** How a large table scrolls in place, so that the page does not. */
  scrolls?: 'across' | 'both';
}

/** A table of figures. */
export function DataTable({ name, columns, children, scrolls }: DataTableProps) {
  const table = (
    <table className={styles['table']} aria-label={name}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" data-text={column.text || undefined}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
  if (scrolls === undefined) return table;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keyboard
    <section className={styles['scroll']} data-scrolls={scrolls} aria-label={`${name}, table`} tabIndex={0}>
      {table}
    </section>
  );
}
