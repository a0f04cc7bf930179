'use client';

import { useId, useState } from 'react';
import { hourStart, hourWords } from '@/client/admin/hour.ts';
import type { ProviderCircuit } from '@/client/wire.ts';
import { HourBand } from './hour-band.tsx';
import { HourBars } from './hour-bars.tsx';
import { HourTable } from './hour-table.tsx';
import styles from './last-hour.module.css';

interface LastHourProps {
  name: string;
  circuit: ProviderCircuit;
  timeZone: string;
}

/** The last hour of one provider as this instance saw it: calls, how long they took, and the circuit's states. */
export function LastHour({ name, circuit, timeZone }: LastHourProps) {
  const [asTable, setAsTable] = useState(false);
  const table = useId();
  const start = hourStart(circuit);
  if (start === undefined) return null;
  return (
    <div className={styles['hour']}>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded */}
      <div role="img" aria-label={hourWords(circuit, timeZone)}>
        <HourBars circuit={circuit} />
        <HourBand circuit={circuit} start={start} timeZone={timeZone} />
      </div>
      <div className={styles['legend']}>
        <p>Bars: calls of this instance, red where failed, dashed where not sent. Line: p95.</p>
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
