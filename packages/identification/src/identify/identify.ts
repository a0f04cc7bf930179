import { IdentificationError, isCallerError } from '../errors.ts';
import type { Identification } from '../identification.ts';
import type { DecodeOwner } from '../photos/decode-queue.ts';
import { createStructureCache } from '../photos/formats/read-structure.ts';
import { type InspectedPhoto, inspectPhoto } from '../photos/inspect.ts';
import type { NormalizedPhoto } from '../photos/types.ts';
import { callerCredits } from '../quotas/credits.ts';
import { PROVIDER_NAMES, type ProviderAnswer, type ProviderName } from '../types.ts';
import { answerLifetime } from './answer-lifetime.ts';
import { AwaitedCalls, loadWhileAwaited } from './awaited-calls.ts';
import { withCoarseLocation } from './coarse-location.ts';
import type { IdentifyDependencies } from './dependencies.ts';
import {
  answerTypeOf,
  cachedOutcome,
  identificationOf,
  mergedResult,
  type ProviderOutcome,
  unavailableReasons,
} from './outcomes.ts';
import type { EmitProgress } from './progress.ts';
import { type Question, questionsFor } from './questions.ts';
import { createSaver } from './save.ts';
import type { IdentifyRequest } from './service.ts';
import type { CreditDecision } from './spending.ts';
import {
  DATABASE_UNAVAILABLE,
  databaseUnavailable,
  type UnavailableReason,
  unansweredError,
  unavailableReasonOf,
} from './unavailable-reason.ts';
import { WaitLimit } from './wait-limit.ts';

/** After a call failed for which an old answer could stand in, the old one does for so long. */
const STALE_RETRY_MS = 30_000;

/** Subject of requests that name none, in the per-process limits. */
const UNKNOWN_SUBJECT = 'unknown';

/** One identification, from uploaded photos to the stored answer; `answer` reads top to bottom. */
export function createIdentify(parts: IdentifyDependencies): (request: IdentifyRequest) => Promise<Identification> {
  const { clock, intake, pipelines: lanes, logger } = parts;
  const lifetime = (answer: ProviderAnswer) => answerLifetime(answer, parts.lifetime);
  const keep = createSaver(parts);
  const structureOf = createStructureCache();
  const calls = new AwaitedCalls(clock);

  return async (given) => {
    const request = { ...given, options: withCoarseLocation(given.options) };
    const owner = { subject: given.subject ?? UNKNOWN_SUBJECT, address: given.address };
    /** In whose name calls are out; one that others have joined counts for the request that came first. */
    const holders = [given.subject, given.address].filter((holder) => holder !== undefined);
    const began = clock.monotonic();
    const at = () => Math.round(clock.monotonic() - began);
    const mayAsk = () => request.cachedOnly !== true && parts.isDatabaseUp();
    const tell: EmitProgress = request.trackProgress
      ? parts.progress.start(request.requestId, request.ownerId)
      : () => undefined;
    const outcomes = new Map<ProviderName, ProviderOutcome>();
    let ok = false;
    try {
      const identification = await answer();
      ok = true;
      parts.onAnswer(answerTypeOf(identification));
      return identification;
    } catch (error) {
      if (error instanceof IdentificationError && !isCallerError(error)) parts.onAnswer('retry');
      throw error;
    } finally {
      tell({ type: 'done', at: at(), ok });
    }

    async function answer(): Promise<Identification> {
      // What needs no decode is checked for every request: a bad file is not let in by a kept answer.
      const photos = request.photos.map((photo, index) => inspectPhoto(photo, index, parts.photoLimits, structureOf));
      for (const { type } of photos) logger.info(`[UPLOAD] Magic bytes validation: image/${type}`);
      tell({ type: 'received', at: at(), photos: photos.length });

      const questions = questionsFor(lanes, request);
      const open = await lookUp(questions, photos);
      let ready: readonly NormalizedPhoto[] | undefined;
      let overShare = false;
      const credits = open.length === 0 ? undefined : await reserveFor(open);
      if (credits?.allowed === false) answerFromKept(open, credits);
      else if (open.length > 0) {
        const prepared = prepare(photos);
        const keepReady = (them: readonly NormalizedPhoto[]) => {
          ready = them;
        };
        // It may fail before anybody waits for it, or with nobody who ever does: one whose answer another's call brings.
        prepared.then(keepReady, (error: unknown) => {
          overShare = error instanceof IdentificationError && error.overShare;
        });
        await askAll(open, prepared, credits);
      }

      const refusals = unavailableReasons(outcomes);
      if (PROVIDER_NAMES.every((name) => refusals[name] !== undefined)) throw unansweredError(refusals, overShare);
      tell({ type: 'comparing', at: at() });
      const identification = identificationOf(outcomes, parts.isDemo);
      const { cachedOnly, options, ownerId } = request;
      if (ownerId === undefined) return identification;
      if (cachedOnly === true) return { ...identification, filed: false };
      // Who has an answer does not wait for photos that are not ready, or cannot be now: they are kept later.
      const filing = await keep({ ownerId, owner, identification, options, photos, prepared: ready });
      return { ...identification, ...filing };
    }

    /**
     * Uses cached answers, and decides about the other questions before a photo is decoded: a provider that may not be
     * called now, or is known to reject the request, is concluded at once, with a stale answer if there is one.
     * An answer near its end is asked for anew in the background, unless its caller has a daily share: a cached answer
     * costs none of it, so the call would be free.
     * @returns the questions that have to be asked
     */
    async function lookUp(
      questions: readonly Question[],
      photos: readonly InspectedPhoto[],
    ): Promise<readonly Question[]> {
      const early = (question: Question) => ({
        load: () => call(question, decode(photos, { ...owner, background: true }), () => undefined),
        lifetime,
        staleRetryMs: STALE_RETRY_MS,
      });
      const mayRefresh = mayAsk() && request.spending?.reserve === undefined;
      const hits = await Promise.all(
        questions.map((question) => question.cache.peek(question.key, mayRefresh ? early(question) : undefined)),
      );
      const refusals = await Promise.all(
        questions.map(async (question, index) => (hits[index]?.stale === false ? undefined : refusalBefore(question))),
      );
      return questions.filter((question, index) => {
        const [hit, refusal] = [hits[index], refusals[index]];
        if (hit !== undefined && (!hit.stale || refusal !== undefined)) {
          conclude(question.name, { answer: hit.value, fromCache: true, stale: hit.stale });
          return false;
        }
        if (refusal !== undefined) conclude(question.name, { refusal });
        return refusal === undefined;
      });
    }

    async function refusalBefore({
      caller: gate,
      name,
      rejections,
      ...question
    }: Question): Promise<UnavailableReason | undefined> {
      if (!mayAsk()) return DATABASE_UNAVAILABLE;
      const refusal = gate.unavailableReason(request.options, holders);
      if (refusal !== undefined) return refusal;
      const rejected = await rejections.find(question);
      if (rejected === undefined) return undefined;
      parts.onCall({ provider: name, outcome: 'held_back' });
      return { status: 'failed', rejected };
    }

    function reserveFor(open: readonly Question[]): Promise<CreditDecision> | undefined {
      const names = open.map(({ name }) => name);
      return request.spending?.reserve?.(callerCredits(names, request.options));
    }

    /** Concludes questions that may not be asked with stale answers. @throws the refusal when no answer is cached */
    function answerFromKept(open: readonly Question[], refused: CreditDecision & { allowed: false }): void {
      const { error, retryAfterMs } = refused;
      for (const { cache, key, name } of open) {
        conclude(name, cachedOutcome(cache, key) ?? { refusal: { status: 'quota', retryAfterMs } });
      }
      if (![...outcomes.values()].some((outcome) => 'answer' in outcome)) throw error;
    }

    /**
     * Asks the questions in parallel until the deadline, which cached answers do not start. Settles the reserved
     * credits: a request pays for the calls that were sent for it while it waited.
     */
    async function askAll(
      questions: readonly Question[],
      ready: Promise<readonly NormalizedPhoto[]>,
      credits: (CreditDecision & { allowed: true }) | undefined,
    ): Promise<void> {
      const deadline = new AbortController();
      const cancelDeadline = clock.setTimeout(() => deadline.abort(), parts.deadlineMs - at());
      const signals = { deadline: deadline.signal, any: AbortSignal.any([request.signal, deadline.signal]) };
      const paid: ProviderName[] = [];
      const asks = questions.map((question) => ask(question, ready, signals, () => paid.push(question.name)));
      try {
        await Promise.all(asks);
      } catch (error) {
        // The request fails: an answer of the other provider would not be used.
        deadline.abort();
        await Promise.allSettled(asks);
        throw error;
      } finally {
        cancelDeadline();
        credits?.settle(callerCredits(paid, request.options));
      }
    }

    /** Leaves an outcome, whatever the provider does. @throws what is no provider's doing: a bad photo, the caller left */
    async function ask(
      question: Question,
      ready: Promise<readonly NormalizedPhoto[]>,
      signals: { deadline: AbortSignal; any: AbortSignal },
      onPaid: () => void,
    ): Promise<void> {
      const { cache, callsInFlight, durations, caller: gate, key, name } = question;
      const usual = durations.usual();
      tell({ type: 'asking', at: at(), provider: name, ...usual });
      const waitLimit = new WaitLimit(clock, usual?.slowMs, signals.any);
      const { signal } = waitLimit;
      if (usual !== undefined) void callsInFlight.age(key).then((age) => waitLimit.sentElsewhere(age));
      const leave = calls.add(key, {
        signal,
        onSent(pays, agoMs) {
          waitLimit.sent(agoMs);
          request.spending?.onSent(name);
          if (pays) onPaid();
        },
      });
      try {
        const load = () => callAwaited(question, ready);
        const options = { lifetime, staleRetryMs: STALE_RETRY_MS, signal };
        const getOrLoad = () => cache.getOrLoad(key, load, options);
        const { joined, source, stale, value } = await loadWhileAwaited(getOrLoad, signal);
        if (joined && source === 'loaded') parts.onCall({ provider: name, outcome: 'cached' });
        conclude(name, { answer: value, fromCache: source !== 'loaded', stale });
      } catch (error) {
        const isLate = signals.deadline.aborted || waitLimit.isOver;
        const reason = unavailableReasonOf(error) ?? (isLate ? ({ status: 'timeout' } as const) : undefined);
        if (reason === undefined) throw error;
        // This may have been the failure that opened its circuit.
        const refusal = { ...gate.retryAfter(request.options), ...reason };
        logger.warn({ provider: name, err: error }, 'A provider did not answer');
        // The deadline may have come while a fresh one was waited for.
        conclude(name, cachedOutcome(cache, key) ?? { refusal });
      } finally {
        leave();
        waitLimit.close();
      }
    }

    /** Makes one call, which is sent only while a request waits for it. @throws {AbandonedCallError} otherwise */
    async function callAwaited(
      question: Question,
      ready: Promise<readonly NormalizedPhoto[]>,
    ): Promise<ProviderAnswer> {
      const { callsInFlight, key } = question;
      // Checked before quota is reserved for the call.
      const prepared = ready.then((photos) => {
        calls.check(key);
        return photos;
      });
      try {
        return await call(question, prepared, () => {
          calls.send(key);
          callsInFlight.add(key);
        });
      } finally {
        calls.end(key);
        callsInFlight.remove(key);
      }
    }

    /**
     * Makes one call, with the recall id (ticket) for its answer. `onSent` may throw to keep the call from being sent.
     */
    async function call(
      question: Question,
      ready: Promise<readonly NormalizedPhoto[]>,
      onSent: () => void,
    ): Promise<ProviderAnswer> {
      const { durations, caller: gate, key, name, options, rejections, recallIds: tickets } = question;
      const photos = (await ready).map(({ jpeg }) => jpeg);
      if (!parts.isDatabaseUp()) throw databaseUnavailable();
      const sent = clock.monotonic();
      const take = () => {
        onSent();
        return tickets?.getOrCreate(key);
      };
      const answered = await rejections.guard(question, () => gate.call({ photos, options }, take, holders));
      const tookMs = clock.monotonic() - sent;
      durations.add(tookMs);
      if (name === 'plant_id') {
        logger.info(`[PERF] Plant.id identification successful in ${(tookMs / 1_000).toFixed(2)}s`);
      }
      return answered;
    }

    async function prepare(photos: readonly InspectedPhoto[]): Promise<readonly NormalizedPhoto[]> {
      const prepared = await decode(photos, { ...owner, background: false });
      tell({ type: 'read', at: at() });
      return prepared;
    }

    function conclude(name: ProviderName, outcome: ProviderOutcome): void {
      outcomes.set(name, outcome);
      if ('answer' in outcome && outcome.fromCache) {
        parts.onCall({ provider: name, outcome: outcome.stale ? 'stale' : 'cached' });
      }
      if ('refusal' in outcome) {
        const { rejected: _, ...refusal } = outcome.refusal;
        tell({ type: 'unanswered', at: at(), provider: name, ...refusal });
        // The merged result so far is computed only if progress is tracked.
      } else if (request.trackProgress)
        tell({ type: 'answered', at: at(), provider: name, verdict: mergedResult(outcomes) });
    }
  };

  function decode(photos: readonly InspectedPhoto[], owner: DecodeOwner): Promise<readonly NormalizedPhoto[]> {
    return Promise.all(photos.map((photo, index) => intake.normalize(photo, index, owner)));
  }
}
