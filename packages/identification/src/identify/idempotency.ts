import { hash } from 'node:crypto';
import { isDatabaseUnavailable } from '@plantcommunity/db';
import type { Cancel, Clock, SingleFlight } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { IdentificationError } from '../errors.ts';
import type { IdempotencyKeys, KeyedRun, KeyState } from '../store/idempotency-keys.ts';
import { questionHash } from './questions.ts';
import type { IdentifyRequest, IdentifyResult } from './service.ts';

/** Time between two extensions of a run: two may fail before the run counts as lost. */
const EXTEND_EVERY_MS = 5_000;

interface IdempotencyParts {
  readonly keys: IdempotencyKeys;
  /** Runs requests with a key, by the id of the run; a process that shuts down waits for them. */
  readonly background: SingleFlight;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Answers a request with an Idempotency-Key once: a repetition gets the kept answer. Each caller has keys of its own. An
 * answer is kept if it is in the history, or its caller has none; after a failure the key can be used again.
 * @throws {IdentificationError} also `idempotency_running` and `idempotency_mismatch`
 */
export function withIdempotencyKeys(
  identify: (request: IdentifyRequest) => Promise<IdentifyResult>,
  parts: IdempotencyParts,
): (request: IdentifyRequest) => Promise<IdentifyResult> {
  const { background, keys, logger } = parts;

  return async (request) => {
    const { cachedOnly = false, idempotencyKey } = request;
    // Without the database a key cannot be kept. An answer from the cache costs and stores nothing, so it may be repeated.
    if (idempotencyKey === undefined || cachedOnly) return identify(request);
    const state = await begin(request, idempotencyKey);
    switch (state.type) {
      case 'unavailable':
        return identify({ ...request, cachedOnly: true });
      case 'running':
        throw new IdentificationError('idempotency_running', 'The request with this key is running');
      case 'mismatch':
        throw new IdentificationError('idempotency_mismatch', 'The key was used for another request');
      case 'answered':
        return { identification: state.answer, billable: false, replayed: true };
      case 'begun': {
        const { value } = await background.run(state.run.runId, () => runToItsEnd(request, state.run));
        return value;
      }
    }
  };

  async function begin(request: IdentifyRequest, key: string): Promise<KeyState | { type: 'unavailable' }> {
    const id = hash('sha256', JSON.stringify([request.subject, key]));
    try {
      return await keys.begin({ id, fingerprint: questionHash(request) });
    } catch (error) {
      if (isDatabaseUnavailable(error)) return { type: 'unavailable' };
      throw error;
    }
  }

  /** Runs a request to its end, even if its caller leaves: the answer is there when the caller repeats it. */
  async function runToItsEnd(request: IdentifyRequest, run: KeyedRun): Promise<IdentifyResult> {
    const stop = keepExtending(run, parts);
    try {
      const result = await identify({ ...request, signal: AbortSignal.any([]) });
      await keepAnswer(request, run, result);
      return result;
    } catch (error) {
      await abandon(run);
      throw error;
    } finally {
      stop();
    }
  }

  /** Keeps the answer, unless it is missing in its owner's history. Never throws: the answer is given in any case. */
  async function keepAnswer({ ownerId }: IdentifyRequest, run: KeyedRun, { identification }: IdentifyResult) {
    if (ownerId !== undefined && identification.id === undefined) return abandon(run);
    try {
      await keys.keep(run, identification);
    } catch (error) {
      warnUnlessUnavailable(error, 'The answer to a request with an Idempotency-Key could not be kept');
      await abandon(run);
    }
  }

  /** Never throws: a run that cannot be abandoned is lost a few seconds later. */
  async function abandon(run: KeyedRun): Promise<void> {
    try {
      await keys.abandon(run);
    } catch (error) {
      warnUnlessUnavailable(error, 'An Idempotency-Key could not be given back');
    }
  }

  /** The health gate logs once that the database is unavailable. */
  function warnUnlessUnavailable(error: unknown, message: string): void {
    if (!isDatabaseUnavailable(error)) logger.warn({ err: error }, message);
  }
}

/** Extends a run until the returned function is called, or until another instance has counted the run as lost. */
function keepExtending(run: KeyedRun, { clock, keys, logger }: IdempotencyParts): Cancel {
  let isOver = false;
  let cancel: Cancel = () => undefined;
  const schedule = () => {
    cancel = clock.setTimeout(() => void extend(), EXTEND_EVERY_MS);
  };
  const extend = async () => {
    let isAlive = true;
    try {
      isAlive = await keys.extend(run);
    } catch (error) {
      logger.debug({ err: error }, 'A request with an Idempotency-Key could not be extended');
    }
    if (!isOver && isAlive) schedule();
  };
  schedule();
  return () => {
    isOver = true;
    cancel();
  };
}
