import { lastFailureWords, nextWords } from '@/client/admin/circuit-words.ts';
import type { OverrideType } from '@/client/admin/override.ts';
import { PROVIDER_NAMES } from '@/lib/providers.ts';
import type { ProviderCircuit, ProviderName } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import tone from '@/ui/tone.module.css';
import styles from './circuit-card.module.css';
import { CircuitStanding } from './circuit-standing.tsx';
import { FailurePips } from './failure-pips.tsx';
import { HourFigures } from './hour-figures.tsx';
import { HourLegend } from './hour-legend.tsx';
import { LastHour } from './last-hour.tsx';
import { OutcomeBar } from './outcome-bar.tsx';

const ROLES: Readonly<Record<ProviderName, string>> = { plant_id: 'leads', plantnet: 'confirms' };

interface CircuitCardProps {
  provider: ProviderName;
  circuit: ProviderCircuit;
  /** There are other instances, whose calls are not counted here. */
  isOneOfMany: boolean;
  now: number;
  timeZone: string;
  onOverride: (type: OverrideType) => void;
}

/** One provider's circuit: how it stands, what comes next, its last hour, and what an operator can do. */
export function CircuitCard({ provider, circuit, isOneOfMany, now, timeZone, onOverride }: CircuitCardProps) {
  const name = PROVIDER_NAMES[provider];
  const { isolation, state } = circuit;
  const isIsolated = isolation !== undefined || state === 'isolated';
  const first = isIsolated ? 'release' : 'isolate';
  return (
    <section className={`${styles['card']} ${tone['tone']}`} data-state={state} aria-label={name}>
      <div className={styles['head']}>
        <h2>
          {name} <span>{ROLES[provider]}</span>
        </h2>
        {state === 'off' ? null : (
          <div className={styles['overrides']}>
            {/* One button in both states, so that focus has where to return to. */}
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
      <CircuitStanding circuit={circuit} now={now} timeZone={timeZone} />
      <dl className={styles['facts']}>
        <dt>Failures</dt>
        <dd>
          <FailurePips count={circuit.fail_count} max={circuit.fail_max} />
        </dd>
        {isolation === undefined ? (
          <>
            <dt>Last failure</dt>
            <dd>{lastFailureWords(circuit, now, timeZone)}</dd>
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
        <dd>{nextWords(circuit, now, timeZone)}</dd>
      </dl>
      <LastHour circuit={circuit} timeZone={timeZone} />
      <HourFigures circuit={circuit} />
      <OutcomeBar circuit={circuit} />
      <HourLegend name={name} circuit={circuit} timeZone={timeZone} isOneOfMany={isOneOfMany} />
    </section>
  );
}
