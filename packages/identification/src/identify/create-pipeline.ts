import { type Circuit, createBulkhead, createCircuit, type Leases } from '@plantcommunity/resilience';
import { createCircuitLog, logCircuitState } from '../observability/circuit-log.ts';
import { measureCircuit, measureProvider } from '../observability/provider-metrics.ts';
import { traceCall } from '../observability/spans.ts';
import type { ProviderDefinition } from '../providers/definition.ts';
import { SharedProviderAccess } from '../providers/provider-access.ts';
import { circuitOutcomeOf, failureLabel } from '../providers/provider-error.ts';
import { createRejections } from '../providers/rejections.ts';
import type { DailyUsage } from '../quotas/daily-usage.ts';
import type { Quota } from '../quotas/types.ts';
import { createAnswerCache } from './answer-cache.ts';
import type { CopyRecorder } from './copy-recorder.ts';
import { createProviderCaller, createRecentDurations } from './provider-caller.ts';
import { createProviderQuota } from './provider-quota.ts';
import type { ProviderPipeline } from './questions.ts';
import type { IdentificationOptions, ProviderCall } from './service.ts';

/** Time that other processes wait for the answer of a call beyond the call's own time limit. */
const LOCK_MARGIN_MS = 5_000;

/** Time after which a trial call without a result gives its permit back, beyond the call's own time limit. */
const TRIAL_MARGIN_MS = 1_000;

/** A provider that is on, with everything that has to be started and closed. */
export interface OperatedPipeline extends ProviderPipeline {
  readonly access: SharedProviderAccess;
  readonly circuit: Circuit;
  readonly quota: Quota;
  /** Ends the log of the circuit's state. */
  readonly stopLog: () => void;
}

/** What all pipelines of a service share. */
interface SharedParts {
  options: Omit<IdentificationOptions, 'onCall'>;
  /** First part of every key in Redis. */
  keyPrefix: string;
  quotaLeases: Leases;
  dailyUsage: DailyUsage;
  copies: Pick<CopyRecorder, 'record'>;
  /** Aborts when the service closes. */
  closing: AbortSignal;
  onCall: (call: ProviderCall) => void;
}

/** Creates what asks one provider, and wires its logs, metrics and spans; undefined for a provider that is off. */
export function createPipeline(
  definition: ProviderDefinition,
  { closing, copies, dailyUsage, keyPrefix, onCall, options, quotaLeases }: SharedParts,
): OperatedPipeline | undefined {
  const { clock, logger, metrics, redis } = options;
  const { name } = definition;
  const { apiKey, baseUrl, circuit: circuitOptions, timeoutMs } = options.providers[name];
  if (apiKey === undefined) return undefined;
  const { sendTraceparent = false } = options;
  const client = definition.createClient({ apiKey, baseUrl, timeoutMs, clock, sendTraceparent });
  const shared = { redis, clock, logger, closing };
  const circuit = createCircuit({
    name,
    prefix: `${keyPrefix}circuit`,
    ...circuitOptions,
    trialDeadlineMs: timeoutMs + TRIAL_MARGIN_MS,
    classify: circuitOutcomeOf,
    nameFailure: failureLabel,
    clock,
    redis,
  });
  const access = new SharedProviderAccess({
    ...shared,
    client,
    apiKey,
    prefix: `${keyPrefix}access`,
    onFault: () => options.onAccessFault?.(name),
  });
  const quota = createProviderQuota({
    ...shared,
    definition,
    provider: {
      name,
      async usage(signal) {
        const report = await client.usage(signal);
        if (report.isUnpaid) access.recordUnpaid();
        return report;
      },
    },
    limits: options.quotas[name],
    timeoutMs,
    prefix: `${keyPrefix}quota`,
    leases: quotaLeases,
    dailyUsage,
  });
  const bulkhead = createBulkhead({ max: options.maxConcurrency });
  measureProvider(name, { access, bulkhead, quota }, metrics.providers);
  const listeners = [createCircuitLog(name, logger, clock), measureCircuit(name, circuit, metrics.circuits, clock)];
  const caller = createProviderCaller({
    ...shared,
    definition,
    client,
    access,
    circuit,
    quota,
    bulkhead,
    onCircuit: (event) => listeners.forEach((listen) => listen(event)),
    onCall,
  });
  const lock = { ...options.lock, waitMs: options.lock.waitMs ?? timeoutMs + LOCK_MARGIN_MS };
  const answers = createAnswerCache({
    ...shared,
    definition,
    lock,
    prefix: `${keyPrefix}answer`,
    metrics: metrics.cache,
    observer: options,
  });
  const rejections = createRejections({ ...shared, client, prefix: `${keyPrefix}rejected` });
  const durations = createRecentDurations();
  const call = traceCall(client, (...asked: Parameters<typeof caller.call>) => caller.call(...asked));
  const stopLog = logCircuitState(name, circuit, logger, clock);
  return {
    definition,
    client,
    access,
    caller: {
      ...caller,
      async call(...asked) {
        const answer = await call(...asked);
        copies.record(client, answer);
        return answer;
      },
    },
    circuit,
    quota,
    rejections,
    durations,
    stopLog,
    ...answers,
  };
}
