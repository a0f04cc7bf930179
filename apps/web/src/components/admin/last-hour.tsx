import { hourStart, hourWords } from '@/client/admin/hour.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import { HourBand } from './hour-band.tsx';
import { HourBars } from './hour-bars.tsx';

interface LastHourProps {
  circuit: ProviderCircuit;
  timeZone: string;
}

/** The last hour of one provider as this instance saw it: calls, how long they took, and the circuit's states. */
export function LastHour({ circuit, timeZone }: LastHourProps) {
  const start = hourStart(circuit);
  if (start === undefined) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded
    <div role="img" aria-label={hourWords(circuit, timeZone)}>
      <HourBars circuit={circuit} />
      <HourBand circuit={circuit} start={start} timeZone={timeZone} />
    </div>
  );
}
