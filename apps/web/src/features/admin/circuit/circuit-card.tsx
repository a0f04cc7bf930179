import { PROVIDERS } from '@/lib/providers.ts';
import type { Overview, ProviderName } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { Moment } from '@/ui/moment.tsx';
import tone from '@/ui/tone.module.css';
import { HourChart } from '../hour/hour-chart.tsx';
import { HourFigures, MinuteHeading, OutcomeBar } from '../hour/hour-figures.tsx';
import { HourLegend } from '../hour/hour-legend.tsx';
import { HourTable } from '../hour/hour-table.tsx';
import { stateIn, totalsOf } from '../hour/last-hour.ts';
import type { ShownMinute } from '../hour/use-shown-minute.ts';
import { providerState, STATE_TONES, usedUpQuota } from '../state/provider-state.ts';
import styles from './circuit-card.module.css';
import { CircuitStatus } from './circuit-status.tsx';
import { type DescribedProvider, lastFailureOf, nextStepText } from './circuit-text.ts';

interface CircuitCardProps {
  name: ProviderName;
  overview: Overview;
  shownMinute: ShownMinute;
  now: number;
  timeZone: string;
  onOverride: (type: 'isolate' | 'release' | 'reset') => void;
}

/** One provider: its state, its next step, its last hour or one minute of it, and the overrides. */
export function CircuitCard({ name, overview, shownMinute, now, timeZone, onOverride }: CircuitCardProps) {
  const { displayName, role } = PROVIDERS[name];
  const circuit = overview.circuits[name];
  const state = providerState(name, overview);
  const provider = { state, circuit, usedUp: usedUpQuota(name, overview) };
  return (
    <section className={`${styles['card']} ${tone['tone']}`} data-tone={STATE_TONES[state]} aria-label={displayName}>
      <div className={styles['head']}>
        <h2>
          {displayName} <span>{role}</span>
        </h2>
        {state === 'off' ? null : <Overrides isIsolated={state === 'isolated'} onOverride={onOverride} />}
      </div>
      <CircuitStatus provider={provider} now={now} timeZone={timeZone} />
      <CircuitFacts provider={provider} now={now} timeZone={timeZone} />
      {state === 'off' && !wasAsked(overview.minutes[name]) ? null : (
        <Hour name={name} overview={overview} shownMinute={shownMinute} now={now} timeZone={timeZone} />
      )}
    </section>
  );
}

/** Returns whether a provider was asked in the last hour, as one that is off now may have been by another instance. */
function wasAsked(minutes: Overview['minutes'][ProviderName]): boolean {
  const { notSent, sent } = totalsOf(minutes);
  return sent + notSent > 0;
}

type HourProps = Omit<CircuitCardProps, 'onOverride'>;

/** The chart of a provider's last hour with its figures: of the hour, or of the minute that is shown. */
function Hour({ name, overview, shownMinute, now, timeZone }: HourProps) {
  const { displayName } = PROVIDERS[name];
  const circuit = overview.circuits[name];
  const hour = { minutes: overview.minutes[name], states: circuit.states };
  const minute = hour.minutes.find(({ at }) => at === shownMinute.minute);
  const totals = totalsOf(minute === undefined ? hour.minutes : [minute]);
  return (
    <>
      <div>
        <HourLegend overview={overview} />
        <HourChart name={displayName} hour={hour} shownMinute={shownMinute} timeZone={timeZone} />
      </div>
      <div className={styles['figures']}>
        {minute === undefined ? null : (
          <MinuteHeading minute={minute.at} state={stateIn(minute, hour.states)} now={now} timeZone={timeZone} />
        )}
        <HourFigures circuit={circuit} totals={totals} quantiles={minute ?? overview.quantiles[name]} minute={minute} />
      </div>
      <OutcomeBar outcomes={totals.outcomes} />
      <HourTable name={displayName} hour={hour} shownMinute={shownMinute} timeZone={timeZone} />
    </>
  );
}

interface OverridesProps {
  isIsolated: boolean;
  onOverride: CircuitCardProps['onOverride'];
}

/** Buttons of the overrides. The first one stays when its word changes, so that focus can return to it. */
function Overrides({ isIsolated, onOverride }: OverridesProps) {
  return (
    <div className={styles['overrides']}>
      <Button small onClick={() => onOverride(isIsolated ? 'release' : 'isolate')}>
        {isIsolated ? 'Release…' : 'Isolate…'}
      </Button>
      {isIsolated ? null : (
        <Button small onClick={() => onOverride('reset')}>
          Reset…
        </Button>
      )}
    </div>
  );
}

interface CircuitFactsProps {
  provider: DescribedProvider;
  now: number;
  timeZone: string;
}

/** Failures, the last of them or the reason of an isolation, and what happens next. */
function CircuitFacts({ provider, now, timeZone }: CircuitFactsProps) {
  const { fail_count: count, fail_max: max, isolation } = provider.circuit;
  const failure = lastFailureOf(provider, now, timeZone);
  if (provider.state === 'off') return <p className={styles['off']}>{nextStepText(provider, now, timeZone)}</p>;
  return (
    <dl className={styles['facts']}>
      <dt>Failures</dt>
      <dd>
        <FailurePips count={count} max={max} />
      </dd>
      {isolation === undefined ? (
        <>
          <dt>Last failure</dt>
          <dd>{failure.at === undefined ? failure.text : <Moment at={failure.at}>{failure.text}</Moment>}</dd>
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
      <dd>{nextStepText(provider, now, timeZone)}</dd>
    </dl>
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
