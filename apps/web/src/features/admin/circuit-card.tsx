import { PROVIDERS } from '@/lib/providers.ts';
import type { ProviderCircuit, ProviderName } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import tone from '@/ui/tone.module.css';
import styles from './circuit-card.module.css';
import { CircuitStatus } from './circuit-status.tsx';
import { lastFailureText, nextStepText } from './circuit-text.ts';
import { HourChart } from './hour-chart.tsx';
import { HourFigures, OutcomeBar } from './hour-figures.tsx';
import { HourLegend } from './hour-table.tsx';
import type { OverrideType } from './override.ts';

interface CircuitCardProps {
  provider: ProviderName;
  circuit: ProviderCircuit;
  /** Redis is away: calls of other instances are not counted here. */
  isLocal: boolean;
  now: number;
  timeZone: string;
  onOverride: (type: OverrideType) => void;
}

/** One provider's circuit: its state, its next step, its last hour, and the overrides. */
export function CircuitCard({ provider, circuit, isLocal, now, timeZone, onOverride }: CircuitCardProps) {
  const { displayName: name, role } = PROVIDERS[provider];
  const { isolation, state } = circuit;
  const isIsolated = isolation !== undefined || state === 'isolated';
  const first = isIsolated ? 'release' : 'isolate';
  return (
    <section className={`${styles['card']} ${tone['tone']}`} data-state={state} aria-label={name}>
      <div className={styles['head']}>
        <h2>
          {name} <span>{role}</span>
        </h2>
        {state === 'off' ? null : (
          <div className={styles['overrides']}>
            {/* One button in both states, so that focus can return to it. */}
            <Button small onClick={() => onOverride(first)}>
              {isIsolated ? 'Release…' : 'Isolate…'}
            </Button>
            {isIsolated ? null : (
              <Button small onClick={() => onOverride('reset')}>
                Reset…
              </Button>
            )}
          </div>
        )}
      </div>
      <CircuitStatus circuit={circuit} now={now} timeZone={timeZone} />
      <dl className={styles['facts']}>
        <dt>Failures</dt>
        <dd>
          <FailurePips count={circuit.fail_count} max={circuit.fail_max} />
        </dd>
        {isolation === undefined ? (
          <>
            <dt>Last failure</dt>
            <dd>{lastFailureText(circuit, now, timeZone)}</dd>
          </>
        ) : (
          <>
            <dt>Why</dt>
            <dd>
              {isolation.reason} <span className={styles['by']}>by {isolation.by}</span>
            </dd>
          </>
        )}
        <dt>What next</dt>
        <dd>{nextStepText(circuit, now, timeZone)}</dd>
      </dl>
      <HourChart circuit={circuit} timeZone={timeZone} />
      <HourFigures circuit={circuit} />
      <OutcomeBar circuit={circuit} />
      <HourLegend name={name} circuit={circuit} timeZone={timeZone} isLocal={isLocal} />
    </section>
  );
}

/** Above this number, no pips are shown. */
const MOST_PIPS = 10;

/** Shows the failures in a row, out of the number that opens the circuit. */
function FailurePips({ count, max }: { count: number; max: number }) {
  return (
    <span className={styles['failures']}>
      {max > MOST_PIPS ? null : (
        <span className={styles['pips']} aria-hidden="true">
          {Array.from({ length: max }, (_, index) => index + 1).map((pip) => (
            <span key={pip} data-filled={pip <= count || undefined} />
          ))}
        </span>
      )}
      <span className={styles['figure']}>
        {count}/{max}
      </span>
    </span>
  );
}
