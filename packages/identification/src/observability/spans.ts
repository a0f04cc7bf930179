import type { Cache, Leases } from '@plantcommunity/resilience';
import {
  type Attributes,
  currentSpanContext,
  inSpan,
  linkActiveSpan,
  type SpanContext,
} from '@plantcommunity/telemetry';
import type { PhotoNormalizer } from '../photos/normalize.ts';
import type { ProviderClient } from '../providers/definition.ts';
import { failureLabel, failureOf, ProviderError } from '../providers/provider-error.ts';
import type { Identification, ProviderAnswer, ProviderName } from '../types.ts';

/** Attribute with the name of the provider. */
const PROVIDER = 'plantcommunity.provider';

/** Traces each identification in a span `identify`, above all others of this package. */
export function traceIdentify<
  Request extends { photos: readonly unknown[]; ownerId?: string },
  Result extends { identification: Pick<Identification, 'cached' | 'partial' | 'stale'> },
>(identify: (request: Request) => Promise<Result>): (request: Request) => Promise<Result> {
  return (request) => {
    const attributes = {
      'plantcommunity.photos': request.photos.length,
      'plantcommunity.caller': request.ownerId === undefined ? 'anonymous' : 'user',
    };
    return inSpan('identify', { attributes }, async (span) => {
      const result = await identify(request);
      const { cached, partial, stale } = result.identification;
      span.setAttributes({
        'plantcommunity.answer.cached': cached,
        'plantcommunity.answer.stale': stale,
        'plantcommunity.answer.partial': partial,
      });
      return result;
    });
  };
}

/** One load of a key in this process, and all who wait for it. */
interface Flight {
  /** The span below which the call is: that of the first caller. */
  context: SpanContext | undefined;
  /** Callers that wait, and the load itself, which outlives them. */
  users: number;
}

/**
 * Traces each look at the answer cache in a span `cache.get`. A caller who shares the load of another one gets a link
 * from its active span to the span of that caller, under which the call is.
 */
export function traceCache(provider: ProviderName, cache: Cache): Cache {
  const flights = new Map<string, Flight>();
  const enter = (key: string): Flight => {
    const flight = flights.get(key) ?? { context: currentSpanContext(), users: 0 };
    flights.set(key, flight);
    flight.users += 1;
    return flight;
  };
  const leave = (key: string, flight: Flight): void => {
    flight.users -= 1;
    if (flight.users === 0 && flights.get(key) === flight) flights.delete(key);
  };
  return {
    peek: (key, early) =>
      inSpan('cache.get', { attributes: { [PROVIDER]: provider } }, async (span) => {
        const hit = await cache.peek(key, early);
        span.setAttribute('plantcommunity.cache.hit', hit?.stale === false);
        if (hit !== undefined)
          span.setAttributes({ 'plantcommunity.cache.tier': hit.source, 'plantcommunity.cache.stale': hit.stale });
        return hit;
      }),
    async getOrLoad(key, load, options) {
      const flight = enter(key);
      // Runs below the span of the first caller, also when that one has left meanwhile.
      const loadInFlight = async () => {
        const loading = enter(key);
        loading.context = currentSpanContext();
        try {
          return await load();
        } finally {
          leave(key, loading);
        }
      };
      try {
        const loaded = await cache.getOrLoad(key, loadInFlight, options);
        const { context } = flight;
        if (loaded.joined && context && context.spanId !== currentSpanContext()?.spanId) linkActiveSpan(context);
        return loaded;
      } finally {
        leave(key, flight);
      }
    },
    peekMemory: (key) => cache.peekMemory(key),
    settled: () => cache.settled(),
    subscribe: (listener) => cache.subscribe(listener),
    leases: () => cache.leases(),
    subscribeToLock: (listener) => cache.subscribeToLock(listener),
  };
}

/** Traces each wait for a lease in a span `lease.acquire`. */
export function traceLeases(provider: ProviderName, leases: Leases): Leases {
  return {
    acquire: (...wanted) =>
      inSpan('lease.acquire', { attributes: { [PROVIDER]: provider } }, async (span) => {
        const acquisition = await leases.acquire(...wanted);
        span.setAttribute('plantcommunity.lease.result', acquisition.type);
        return acquisition;
      }),
    withLease: (...wanted) => leases.withLease(...wanted),
    current: () => leases.current(),
    subscribe: (listener) => leases.subscribe(listener),
  };
}

/** Traces each question to a provider in a span `provider.call`, those that `call` refuses to send included. */
export function traceCall<Asked extends readonly unknown[]>(
  { name, origin }: Pick<ProviderClient, 'name' | 'origin'>,
  call: (...asked: Asked) => Promise<ProviderAnswer>,
): (...asked: Asked) => Promise<ProviderAnswer> {
  const { hostname, port, protocol } = new URL(origin);
  const attributes = {
    [PROVIDER]: name,
    'http.request.method': 'POST',
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  return (...asked) =>
    inSpan('provider.call', { kind: 'client', attributes, describeError: describeFailure }, () => call(...asked));
}

/** `error.type` is the label by which the log and the circuit name a failed call, or the reason why it was not sent. */
function describeFailure(error: unknown): Attributes {
  const label = failureLabel(error);
  const status = error instanceof ProviderError ? error.status : undefined;
  return {
    'error.type': label === 'other' ? failureOf(error) : label,
    ...(status !== undefined && { 'http.response.status_code': status }),
  };
}

/** Traces each photo that has to be normalized in a span `photo.normalize`, which a wait in the decode queue is part of. */
export function traceNormalizer(normalizer: PhotoNormalizer): PhotoNormalizer {
  return {
    normalize(photo, index, owner, signal) {
      const attributes = {
        'plantcommunity.photo.type': photo.type,
        'plantcommunity.photo.background': owner.background,
      };
      return inSpan('photo.normalize', { attributes }, () => normalizer.normalize(photo, index, owner, signal));
    },
  };
}
