import { errors, Redis, type Requester, type UpstashRequest } from '@upstash/redis';
import { TICK_MS, TICK_TOLERANCE_MS } from './reply-timeout.ts';
import type { RestSettings, Transport } from './types.ts';

/**
 * Redis errors start with an upper-case code; the body of a proxy's 429 or 5xx is prose. The client does not pass on the
 * status.
 */
const REDIS_ERROR_CODE = /^[A-Z]{2,}\b/;

/**
 * Like `AbortSignal.timeout`, but extends the time while the event loop was blocked and could not read a reply. Each
 * blocked interval counts once, however long it took, so that a process that is always busy gives up, too.
 */
function createTimeoutSignal(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const giveUp = () => controller.abort(new DOMException('The operation timed out', 'TimeoutError'));
  let extensionMs = 0;
  const wait = (ms: number) => {
    const startedAt = performance.now();
    const end = () => {
      const isOnTime = performance.now() - startedAt <= ms + TICK_TOLERANCE_MS;
      if (isOnTime || extensionMs >= timeoutMs) return setImmediate(giveUp);
      extensionMs += TICK_MS;
      return wait(TICK_MS);
    };
    setTimeout(end, ms).unref();
  };
  wait(timeoutMs);
  return controller.signal;
}

/** Exposes the HTTP client that the package keeps protected, with its options that make it fail fast. */
class RestRedis extends Redis {
  get requester(): Requester {
    return this.client;
  }
}

/** Sends requests to Upstash over HTTP. */
export class RestTransport implements Transport {
  readonly type = 'rest';
  /** Upstash has no other database. */
  readonly database = 0;
  readonly #http: Requester;

  constructor(settings: RestSettings, timeoutMs: number) {
    this.#http = new RestRedis({
      url: settings.restUrl,
      token: settings.token,
      enableAutoPipelining: false,
      enableTelemetry: false,
      readYourWrites: false,
      // With `false` it would still try twice.
      retry: { retries: 0 },
      // A function, because a plain signal works once only, and an abort would then look like a result.
      signal: () => createTimeoutSignal(timeoutMs),
    }).requester;
  }

  isConnected(): boolean {
    return true;
  }

  async send(request: UpstashRequest): Promise<unknown> {
    try {
      return await this.#http.request(request);
    } catch (error) {
      if (!(error instanceof errors.UpstashError) || REDIS_ERROR_CODE.test(error.message)) throw error;
      throw new Error(error.message, { cause: error });
    }
  }

  reconnect(): void {}

  close(): void {}
}
