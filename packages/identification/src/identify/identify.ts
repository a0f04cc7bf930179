import type { SingleFlight } from '@plantcommunity/resilience';
import { IdentificationError, isCallerError } from '../errors.ts';
import type { DecodeOwner } from '../photos/decode-queue.ts';
import { createStructureCache } from '../photos/formats/read-structure.ts';
import { type InspectedPhoto, inspectPhoto } from '../photos/inspect.ts';
import type { PhotoNormalizer } from '../photos/normalize.ts';
import type { NormalizedPhoto } from '../photos/types.ts';
import { failureOf, type UnavailableReason, unavailable, unavailableReasonOf } from '../providers/provider-error.ts';
import type { Store } from '../store/store.ts';
import type { Identification, ProviderAnswer, ProviderName } from '../types.ts';
import { answerLifetime } from './answer-cache.ts';
import { createCallProvider } from './call-provider.ts';
import { AwaitedCalls, loadWhileAwaited, WaitLimit } from './call-waiters.ts';
import {
  answeredWithoutCall,
  answerTypeOf,
  cachedOutcome,
  DATABASE_UNAVAILABLE,
  type ProviderOutcome,
  ProviderOutcomes,
} from './outcomes.ts';
import { checkSpace } from './photo-space.ts';
import type { EmitProgress, ProgressHub } from './progress.ts';
import { callerCredits, type ProviderPipeline, type Question, questionsFor, withCoarseLocation } from './questions.ts';
import { createSaver } from './save.ts';
import type { CreditDecision, IdentificationOptions, IdentifyRequest } from './service.ts';

export interface IdentifyDependencies
  extends Pick<
    IdentificationOptions,
    'clock' | 'isDemo' | 'lifetime' | 'logger' | 'onAnswer' | 'onCall' | 'photoLimits' | 'photoSpaceBytes'
  > {
  /** Names of all providers in their order, those that are off included. */
  readonly providers: readonly ProviderName[];
  /** The providers that are on, in their order. */
  readonly pipelines: readonly ProviderPipeline[];
  readonly normalizer: PhotoNormalizer;
  readonly store: Store;
  /** Stores photos after the answer was given; keys are ids of identifications. */
  readonly background: SingleFlight;
  /** While false, only cached answers are given: no provider is called and nothing is stored. */
  readonly isDatabaseUp: () => boolean;
  readonly progress: ProgressHub;
  /** Deadline of a request, counted from the last byte of its body. */
  readonly deadlineMs: number;
}

/** Time for which a stale answer is served after a failed call, before the provider is asked again. */
const STALE_RETRY_MS = 30_000;

/** Subject of requests that name none, in the per-process limits. */
const UNKNOWN_SUBJECT = 'unknown';

/** Creates `identify`: one identification, from uploaded photos to the stored answer. Its `answer` reads top to bottom. */
export function createIdentify(
  dependencies: IdentifyDependencies,
): (request: IdentifyRequest) => Promise<Identification> {
  const { clock, logger, normalizer, onCall } = dependencies;
  const save = createSaver(dependencies);
  const structureOf = createStructureCache();
  const calls = new AwaitedCalls(clock);
  const callProvider = createCallProvider(dependencies);

  return async (given) => {
    const request = { ...given, options: withCoarseLocation(given.options) };
    const owner = { subject: given.subject ?? UNKNOWN_SUBJECT, address: given.address };
    /** Holders of the calls of this request; a call that others have joined counts for the request that came first. */
    const holders = [given.subject, given.address].filter((holder) => holder !== undefined);
    const startedAt = clock.monotonic();
    const at = () => Math.round(clock.monotonic() - startedAt);
    const mayAsk = () => request.cachedOnly !== true && dependencies.isDatabaseUp();
    const emit: EmitProgress = request.trackProgress
      ? dependencies.progress.start(request.requestId, request.ownerId)
      : () => undefined;
    const outcomes = new ProviderOutcomes(dependencies.providers);
    let ok = false;
    try {
      const identification = await answer();
      ok = true;
      dependencies.onAnswer(answerTypeOf(identification), request);
      return identification;
    } catch (error) {
      if (error instanceof IdentificationError && !isCallerError(error)) dependencies.onAnswer('retry', request);
      throw error;
    } finally {
      emit({ type: 'done', at: at(), ok });
    }

    async function answer(): Promise<Identification> {
      const space = checkSpace(dependencies, request);
      // Checks that need no decode run for every request: a cached answer does not let a bad file in.
      const photos = request.photos.map((photo, index) =>
        inspectPhoto(photo, index, dependencies.photoLimits, { structureOf }),
      );
      for (const { type } of photos) logger.info(`[UPLOAD] Magic bytes validation: image/${type}`);
      emit({ type: 'received', at: at(), photos: photos.length });

      await space;
      const questions = questionsFor(dependencies.pipelines, request);
      const open = await lookUp(questions, photos);
      let ready: readonly NormalizedPhoto[] | undefined;
      let overShare = false;
      const credits = open.length === 0 ? undefined : await reserveFor(open);
      if (credits?.allowed === false) answerFromCache(open, credits);
      else if (open.length > 0) {
        const normalized = normalize(photos);
        const keepReady = (done: readonly NormalizedPhoto[]) => {
          ready = done;
        };
        // The decode may fail before a question awaits it, or unawaited: then another request's call brings the answer.
        normalized.then(keepReady, (error: unknown) => {
          overShare = error instanceof IdentificationError && error.overShare;
        });
        await askAll(open, normalized, credits);
      }

      if (!outcomes.hasAnswer) throw outcomes.unansweredError(overShare);
      emit({ type: 'comparing', at: at() });
      const identification = outcomes.identification(dependencies.isDemo);
      const { cachedOnly, options, ownerId } = request;
      if (ownerId === undefined) return identification;
      if (cachedOnly === true) return { ...identification, filed: false };
      // The answer does not wait for photos that are not normalized yet: they are stored in the background.
      const copies = outcomes.copies();
      const saved = await save({ ownerId, owner, identification, options, photos, normalized: ready, copies });
      return { ...identification, ...saved };
    }

    /**
     * Uses cached answers, and decides about the other questions before a photo is decoded: a provider that may not be
     * called now, or is known to reject the request, is concluded at once, with a stale answer if there is one.
     * An answer near its end is refreshed in the background, unless its caller has a daily share: a cached answer costs
     * none of it, so the call would be free.
     * @returns the questions that have to be asked
     */
    async function lookUp(
      questions: readonly Question[],
      photos: readonly InspectedPhoto[],
    ): Promise<readonly Question[]> {
      const early = (question: Question) => ({
        load: () =>
          callProvider(question, decode(photos, { ...owner, background: true }), { holders, onSent: () => undefined }),
        ...cacheOptions(question),
      });
      const mayRefresh = mayAsk() && request.spending?.reserve === undefined;
      const hits = await Promise.all(
        questions.map((question) => question.cache.peek(question.key, mayRefresh ? early(question) : undefined)),
      );
      const reasons = await Promise.all(
        questions.map(async (question, index) => (hits[index]?.stale === false ? undefined : reasonNotToAsk(question))),
      );
      return questions.filter((question, index) => {
        const [hit, reason] = [hits[index], reasons[index]];
        if (hit !== undefined && (!hit.stale || reason !== undefined)) {
          conclude(question, { type: 'answered', answer: hit.value, fromCache: true, stale: hit.stale });
          return false;
        }
        if (reason !== undefined) conclude(question, { type: 'unanswered', reason });
        return reason === undefined;
      });
    }

    async function reasonNotToAsk(question: Question): Promise<UnavailableReason | undefined> {
      if (!mayAsk()) return DATABASE_UNAVAILABLE;
      const reason = question.caller.unavailableReason(request.options, holders);
      if (reason !== undefined) return reason;
      const rejected = await question.rejections.find(question);
      if (rejected === undefined) return undefined;
      onCall({ provider: question.name, outcome: 'held_back' });
      return unavailable('rejected', { rejected });
    }

    function reserveFor(open: readonly Question[]): Promise<CreditDecision> | undefined {
      return request.spending?.reserve?.(callerCredits(open, request.options));
    }

    /** Concludes questions that may not be asked with stale answers. @throws the refusal when no answer is cached */
    function answerFromCache(open: readonly Question[], refused: CreditDecision & { allowed: false }): void {
      const reason = unavailable('out_of_quota', { retryAfterMs: refused.retryAfterMs });
      for (const question of open) conclude(question, cachedOutcome(question) ?? { type: 'unanswered', reason });
      if (!outcomes.hasAnswer) throw refused.error;
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
      const cancelDeadline = clock.setTimeout(() => deadline.abort(), dependencies.deadlineMs - at());
      const signals = { deadline: deadline.signal, any: AbortSignal.any([request.signal, deadline.signal]) };
      const paid: Question[] = [];
      const asks = questions.map((question) => ask(question, ready, signals, () => paid.push(question)));
      try {
        await Promise.all(asks);
      } catch (error) {
        // The request fails: an answer of another provider would not be used.
        deadline.abort();
        await Promise.allSettled(asks);
        throw error;
      } finally {
        cancelDeadline();
        credits?.settle(callerCredits(paid, request.options));
      }
    }

    /** Asks one question and concludes it. @throws errors that are not the provider's doing, such as a bad photo */
    async function ask(
      question: Question,
      ready: Promise<readonly NormalizedPhoto[]>,
      signals: { deadline: AbortSignal; any: AbortSignal },
      onPaid: () => void,
    ): Promise<void> {
      const { cache, caller, callsInFlight, durations, key, name } = question;
      const usual = durations.usual();
      emit({ type: 'asking', at: at(), provider: name, ...usual });
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
        const load = () =>
          calls.callWhileAwaited(key, ready, callsInFlight, (checked, onSent) =>
            callProvider(question, checked, { holders, onSent }),
          );
        const getOrLoad = () => cache.getOrLoad(key, load, { ...cacheOptions(question), signal });
        const { joined, source, stale, value } = await loadWhileAwaited(getOrLoad, signal);
        if (joined && source === 'loaded') onCall(answeredWithoutCall(question, false));
        conclude(question, { type: 'answered', answer: value, fromCache: source !== 'loaded', stale });
      } catch (error) {
        const isLate = signals.deadline.aborted || waitLimit.isOver;
        const known = unavailableReasonOf(error) ?? (isLate ? unavailable('timeout') : undefined);
        if (known === undefined) throw error;
        // This failure may have opened the circuit.
        const reason = { ...caller.retryAfter(request.options), ...known };
        logger.warn({ provider: name, failure: failureOf(error), err: error }, 'A provider did not answer');
        // A stale answer may be left if the deadline came while a fresh one was awaited.
        conclude(question, cachedOutcome(question) ?? { type: 'unanswered', reason });
      } finally {
        leave();
        waitLimit.close();
      }
    }

    async function normalize(photos: readonly InspectedPhoto[]): Promise<readonly NormalizedPhoto[]> {
      const normalized = await decode(photos, { ...owner, background: false }, request.signal);
      emit({ type: 'read', at: at() });
      return normalized;
    }

    function conclude(question: Question, outcome: ProviderOutcome): void {
      const { name } = question;
      outcomes.set(name, outcome);
      if (outcome.type === 'unanswered') {
        const { retryAfterMs, status } = outcome.reason;
        const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
        emit({ type: 'unanswered', at: at(), provider: name, status, ...wait });
        return;
      }
      if (outcome.fromCache) onCall(answeredWithoutCall(question, outcome.stale));
      // The merged result so far is computed only if progress is tracked.
      if (request.trackProgress) emit({ type: 'answered', at: at(), provider: name, verdict: outcomes.merge() });
    }
  };

  function cacheOptions({ definition }: Question) {
    const lifetime = (answer: ProviderAnswer) => answerLifetime(answer, definition, dependencies.lifetime);
    return { lifetime, staleRetryMs: STALE_RETRY_MS };
  }

  function decode(
    photos: readonly InspectedPhoto[],
    owner: DecodeOwner,
    signal?: AbortSignal,
  ): Promise<readonly NormalizedPhoto[]> {
    return Promise.all(photos.map((photo, index) => normalizer.normalize(photo, index, owner, signal)));
  }
}
