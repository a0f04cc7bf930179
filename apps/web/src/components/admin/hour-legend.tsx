'use client';

import { useId, useState } from 'react';
import type { ProviderCircuit } from '@/lib/wire.ts';
import styles from './hour-legend.module.css';
import { HourTable } from './hour-table.tsx';

interface HourLegendProps {
  name: string;
  circuit: ProviderCircuit;
  timeZone: string;
  /** There are other instances, whose calls are not counted here. */
  isOneOfMany: boolean;
}

/** How to read the picture of the hour, and the same as a table. */
export function HourLegend({ name, circuit, timeZone, isOneOfMany }: HourLegendProps) {
  const [asTable, setAsTable] = useState(false);
  const table = useId();
  return (
    <div className={styles['hour']}>
      <div className={styles['legend']}>
        <p>
          {isOneOfMany ? 'Figures of this instance. ' : ''}
          Bars: calls, red where failed, dashed where not sent. Line: p95.
        </p>
        <button type="button" aria-expanded={asTable} aria-controls={table} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Hide table' : 'Show as table'}
        </button>
      </div>
      <div id={table} hidden={!asTable}>
        {asTable ? <HourTable name={name} circuit={circuit} timeZone={timeZone} /> : null}
      </div>
    </div>
  );
}
