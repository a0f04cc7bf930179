import type { Cancel, Circuit, CircuitEvent, CircuitStatus, Clock } from '@plantcommunity/resilience';
import { KEPT_PROVIDER, type Logger, redactAndCut, runWithoutRequestId } from '@plantcommunity/telemetry';
import { ExchangeError, failureLabel, ProviderError } from '../providers/provider-error.ts';
import type { ProviderName } from '../types.ts';
import { statusAfter } from './circuit-status.ts';

const STATE_NAMES: Readonly<Record<CircuitStatus, string>> = {
  closed: 'CLOSED',
  open: 'OPEN',
  half_open: 'HALF-OPEN',
  isolated: 'ISOLATED',
};

/** Interval of the log lines with the state of a circuit that is not closed. */
const STATE_EVERY_MS = 60_000;

/** Minimum interval between log lines of rejected calls: while a circuit is open, every request is rejected. */
const REJECTED_EVERY_MS = 1_000;

/** Formats a configured time: whole seconds have no decimal. */
const seconds = (ms: number): string => `${Math.round(ms / 100) / 10}s`;

/** Formats a measured time with one decimal: `65.0s`. A negative one, of a clock that was set back, counts as 0. */
const measuredSeconds = (ms: number): string => `${(Math.max(0, ms) / 1_000).toFixed(1)}s`;

/**
 * Writes a circuit's events as the log lines that monitors of the replaced system match on; `{c}` there is the
 * provider's name with `_api`. Wording and levels are kept, so change neither. Rejected calls are logged at most once a
 * second; `suppressed` counts the calls that were not logged before that line.
 */
export function createCircuitLog(provider: ProviderName, logger: Logger, clock: Clock): (event: CircuitEvent) => void {
  const name = `${provider}_api`;
  const transition = (change: string) => logger.warn(`[CIRCUIT] ${name} state transition: ${change}`);
  const opened = (resetTimeoutMs: number) =>
    logger.error(`[CIRCUIT] ${name} circuit OPENED - API calls blocked for ${seconds(resetTimeoutMs)}`);

  const rejected = atMostEvery(REJECTED_EVERY_MS, clock, (suppressed) => {
    const fields = suppressed === 0 ? {} : { suppressed };
    logger.warn(fields, `[CIRCUIT] ${name} call BLOCKED - Circuit is OPEN, fast-failing without API call`);
    if (provider === KEPT_PROVIDER) logger.error(fields, '[CIRCUIT] Plant.id circuit is OPEN - fast failing');
  });

  return (event) => {
    switch (event.type) {
      case 'initialized':
        logger.info(
          `[CIRCUIT] Initialized circuit breaker for ${name} (fail_max=${event.failMax}, reset_timeout=${seconds(event.resetTimeoutMs)})`,
        );
        break;
      case 'call_succeeded':
        logger.debug(`[CIRCUIT] ${name} call SUCCESS`);
        break;
      case 'call_failed': {
        const count = `${event.failCount}/${event.failMax}`;
        logger.error(`[CIRCUIT] ${name} call FAILED - ${describe(event.error)} (fail_count=${count})`);
        if (event.failCount === event.failMax - 1) {
          logger.warn(`[CIRCUIT] ${name} WARNING - One more failure will open circuit`);
        }
        break;
      }
      case 'call_ignored':
        logger.debug(`[CIRCUIT] ${name} call does not count - ${describe(event.error)}`);
        break;
      case 'rejected':
        rejected();
        break;
      case 'opened':
        transition(`CLOSED → OPEN (fail_count=${event.failCount})`);
        opened(event.resetTimeoutMs);
        break;
      case 'half_opened':
        transition('OPEN → HALF-OPEN');
        logger.info(`[CIRCUIT] ${name} entering HALF-OPEN state - Testing service recovery`);
        break;
      case 'trial_succeeded':
        logger.info(`[CIRCUIT] ${name} recovery test SUCCESS (${event.successes} / ${event.required} required)`);
        break;
      // The line of the call says so, and that of the transition after a failure.
      case 'trial_failed':
      case 'trial_ignored':
        break;
      case 'trial_abandoned':
        logger.warn(`[CIRCUIT] ${name} recovery test had no result by its deadline`);
        break;
      case 'reopened':
        transition('HALF-OPEN → OPEN');
        opened(event.resetTimeoutMs);
        break;
      case 'closed':
        transition('HALF-OPEN → CLOSED');
        logger.info(
          `[CIRCUIT] ${name} circuit CLOSED - Service recovered after ${measuredSeconds(event.downMs)} downtime`,
        );
        break;
      case 'stuck_open':
        runWithoutRequestId(() => logger.fatal(`[CIRCUIT] ${name} Circuit stuck open for > 10 minutes`));
        break;
      case 'isolated': {
        const end = event.until === undefined ? '' : ` until ${new Date(event.until).toISOString()}`;
        logger.warn(`[CIRCUIT] ${name} circuit ISOLATED${end} - ${redactAndCut(event.reason)}`);
        break;
      }
      case 'released':
        logger.warn(`[CIRCUIT] ${name} circuit RELEASED - ${redactAndCut(event.reason ?? 'its isolation is over')}`);
        break;
      case 'reset':
        logger.warn(`[CIRCUIT] ${name} circuit RESET - ${redactAndCut(event.reason)}`);
        break;
      case 'redis_failed':
        logger.error(`[CIRCUIT] ${name} is not shared: Redis failed - ${describe(event.error)}`);
        break;
    }
  };
}

/**
 * Logs once a minute the state of a circuit while it is not closed, in the words that monitors of the replaced system
 * match on. Returns a function that ends it.
 */
export function logCircuitState(
  provider: ProviderName,
  circuit: Pick<Circuit, 'snapshot' | 'subscribe'>,
  logger: Logger,
  clock: Clock,
): () => void {
  let cancel: Cancel | undefined;

  function write(): void {
    const { failCount, state } = circuit.snapshot();
    logger.info(`[METRICS] Circuit Breaker: ${provider}_api | State: ${STATE_NAMES[state]} | Failures: ${failCount}`);
    cancel = clock.setTimeout(() => runWithoutRequestId(write), STATE_EVERY_MS);
  }

  function stop(): void {
    cancel?.();
    cancel = undefined;
  }

  const unsubscribe = circuit.subscribe((event) => {
    const status = statusAfter(event);
    if (status === 'closed') stop();
    else if (status !== undefined) cancel ??= clock.setTimeout(() => runWithoutRequestId(write), STATE_EVERY_MS);
  });
  return () => {
    unsubscribe();
    stop();
  };
}

/**
 * Throttles `write` to once every `ms`, with a leading and a trailing call. `write` receives the number of calls that
 * were suppressed since its last one.
 */
function atMostEvery(ms: number, clock: Clock, write: (suppressed: number) => void): () => void {
  let isWaiting = false;
  let held = 0;
  const flush = () => {
    isWaiting = held > 0;
    if (!isWaiting) return;
    write(held - 1);
    held = 0;
    // These lines are about the calls of several requests.
    clock.setTimeout(() => runWithoutRequestId(flush), ms);
  };
  return () => {
    held += 1;
    if (!isWaiting) flush();
  };
}

/**
 * Returns class and message of an error. The class of a provider's error is `timeout`, `http_502` or the like; its
 * message does not repeat it.
 */
function describe(error: unknown): string {
  if (error instanceof ProviderError) {
    const { message } = error.cause instanceof ExchangeError ? error.cause : error;
    return `${failureLabel(error)}: ${redactAndCut(message)}`;
  }
  return error instanceof Error ? `${error.name}: ${redactAndCut(error.message)}` : redactAndCut(String(error));
}
