import createApi, { type Client } from 'openapi-fetch';
import { isHealth } from './answer.ts';
import { ApiError } from './api-error.ts';
import { ClientError, ConnectionLost } from './client-error.ts';
import { bodyOf, formDataOf, formOf, type PlantPhotos } from './form.ts';
import type { components, paths } from './generated/openapi.ts';
import { dataOf } from './result.ts';
import { RETRY_RULES, type RetryRules } from './retry.ts';
import { ANONYMOUS, type Caller, createSend, type Environment } from './send.ts';
import { type Credentials, createSession, memoryTokenStore, type TokenStore } from './session.ts';
import { unlessAborted } from './unless-aborted.ts';
import { type UploadWatch, uploadFetchWithoutCookies } from './upload-fetch.ts';

type Schemas = components['schemas'];
export type Account = Schemas['Account'];
export type Feedback = Schemas['Feedback'];
export type Health = Schemas['IdentifyHealth'];
export type HistoryItem = Schemas['HistoryItem'];
export type Identification = Schemas['Identification'];
export type Me = Schemas['Me'];
export type NewFeedback = Schemas['NewFeedback'];
export type Registration = Schemas['Registration'];
export type StoredIdentification = Schemas['StoredIdentification'];

export interface PlantClientOptions {
  /** Where the service is, such as `https://plants.example`. */
  baseUrl: string | URL;
  /** Where the tokens of `signIn` are kept; in memory if absent. */
  tokens?: TokenStore;
  /** A personal API key, for scripts; `signIn` is not needed then, and rejects. */
  apiKey?: string;
  /** When calls are sent again: three attempts that wait at most a minute in all, if absent. */
  retry?: Partial<RetryRules>;
  /** Replaces parts of the surroundings, such as `fetch` behind a proxy, or the clock in tests. */
  environment?: Partial<Environment>;
}

export interface CallOptions {
  /** Stops the call, which then rejects with the reason of the signal. */
  signal?: AbortSignal;
}

export interface IdentifyOptions extends CallOptions {
  /**
   * Receives the bytes of the form that were sent, and their total; starts again with each attempt. It is called only
   * once, with all bytes, when the answer arrives, for `environment.fetch` and in pages of the service's own origin.
   */
  onUpload?: UploadWatch['onUpload'];
  /**
   * Names this identification, so that it is carried out once however often it is sent; made for each call if absent.
   * An app that keeps it can repeat the call after a restart, within 24 hours.
   */
  idempotencyKey?: string;
}

/** Which identifications of the history are wanted. */
export interface HistoryFilter {
  /** Parts of common or scientific names, all of which an answer must have. Case, accents and punctuation do not count. */
  names?: string;
  isPlant?: boolean;
  /** Least confidence, from 0 to 1. Leaves out identifications without one. */
  minConfidence?: number;
}

/**
 * Calls the API of one service for one person. Calls that cannot do the same work twice are repeated after a lost
 * connection and as Retry-After says, always for the person who made them.
 * @throws {ApiError} in every method, for an error that the API answered
 * @throws {ConnectionLost} in every method, without an answer of the API
 * @throws {SignInChanged} in every method, when it must be repeated and its person signed out or changed
 */
export interface PlantClient {
  /** Creates an account, without signing in to it. */
  register(registration: Registration, options?: CallOptions): Promise<Account>;
  /** Signs this client in, until `signOut`, seven days later or a change of the password. */
  signIn(credentials: Credentials, options?: CallOptions): Promise<void>;
  /** Clears the tokens, then ends the sign-in. Rejects when the service cannot be reached: it ends within seven days. */
  signOut(options?: CallOptions): Promise<void>;
  /** Changes the password. It ends all sign-ins of the account, also this one. */
  changePassword(change: Schemas['PasswordChange'], options?: CallOptions): Promise<void>;
  /** Ends all sign-ins of the account, also this one. */
  signOutEverywhere(options?: CallOptions): Promise<void>;
  /** Deletes the account with its identifications and photos, for good. Accounts with a password need it. */
  deleteAccount(password?: string, options?: CallOptions): Promise<void>;
  /** Returns the account and its remaining identifications. */
  me(options?: CallOptions): Promise<Me>;
  /** Identifies a plant from one to five photos of it. */
  identify(request: PlantPhotos, options?: IdentifyOptions): Promise<Identification>;
  /** Iterates over the identifications of the account, newest first, or over those that match; fetches page after page. */
  history(options?: CallOptions & HistoryFilter): AsyncGenerator<HistoryItem, void>;
  identification(id: string, options?: CallOptions): Promise<StoredIdentification>;
  /** Returns a photo of an identification, counted from 1, as JPEG. */
  photo(id: string, n: number, options?: CallOptions): Promise<Blob>;
  /**
   * Returns all identifications of the account with their photos as the bytes of a ZIP, or without photos as those of a
   * JSON document. They arrive as they are read, and are never all in memory; a broken connection errors the stream with
   * `ConnectionLost`. A reader that takes nothing for a minute, or less than 8 kB/s for longer, is cut off.
   */
  exportHistory(format: 'zip' | 'json', options?: CallOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** Says whether the answer is right, or which plant it is. It replaces earlier feedback. */
  giveFeedback(id: string, feedback: NewFeedback, options?: CallOptions): Promise<Feedback>;
  /** Deletes an identification with its photos. It can be restored for 30 seconds. */
  deleteIdentification(id: string, options?: CallOptions): Promise<void>;
  /** Deletes all identifications of the account with their photos. They can be restored for 30 seconds. */
  deleteAllIdentifications(options?: CallOptions): Promise<void>;
  /** Restores an identification that was deleted less than 30 seconds ago, or not at all. */
  restoreIdentification(id: string, options?: CallOptions): Promise<void>;
  /** Restores all identifications of the account that were deleted less than 30 seconds ago. */
  restoreAllIdentifications(options?: CallOptions): Promise<void>;
  /** Returns the state of the identification services, also if they are degraded or unhealthy. */
  health(options?: CallOptions): Promise<Health>;
  /** Every operation of the OpenAPI document, with the same sign-in and retries; answers errors instead of throwing them. */
  api: Client<paths>;
}

export function createPlantClient({ apiKey, baseUrl, environment, retry, tokens }: PlantClientOptions): PlantClient {
  const { fetch, now, random, sleep } = environment ?? {};
  const parts = {
    // Looked up at each call: some tools replace the global function later.
    environment: {
      fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
      now: now ?? Date.now,
      random: random ?? Math.random,
      sleep: sleep ?? sleepFor,
    } satisfies Environment,
    rules: {
      attempts: retry?.attempts ?? RETRY_RULES.attempts,
      maxWaitMs: retry?.maxWaitMs ?? RETRY_RULES.maxWaitMs,
    },
    uploadFetch: (watch: UploadWatch) => uploadFetchWithoutCookies(watch, fetch),
  };
  const config = { baseUrl: new URL('/api/v1', baseUrl).href, bodySerializer: bodyOf, pathSerializer: pathOf };

  const sendAnonymous = createSend({ ...parts, presentCaller: async () => ANONYMOUS });
  const anonymous = createApi<paths>({ ...config, fetch: (request) => sendAnonymous(request) });
  const session = createSession({
    api: anonymous,
    send: sendAnonymous,
    store: tokens ?? memoryTokenStore(),
    now: parts.environment.now,
    randomId,
  });
  const keyHolder = apiKey === undefined ? undefined : callerWith(apiKey);
  const presentCaller = keyHolder ? async () => keyHolder : session.presentCaller;
  const send = createSend({ ...parts, presentCaller });
  const api = createApi<paths>({ ...config, fetch: (request) => send(request) });
  const streamedFetch = (request: Request) => send(request, { isStreamed: true });

  return {
    api,
    register: async (body, options) => dataOf(await anonymous.POST('/auth/register', { body, ...options })),
    async signIn(credentials, options) {
      if (keyHolder !== undefined) {
        throw new ClientError('api_key_used', 'This client calls with an API key: create another one to sign in');
      }
      return session.signIn(credentials, options);
    },
    signOut: session.signOut,
    changePassword: (body, options) =>
      session.endAfter(async () => dataOf(await api.PUT('/auth/password', { ...options, body }))),
    signOutEverywhere: (options) =>
      session.endAfter(async () => dataOf(await api.DELETE('/auth/sessions', { ...options }))),
    deleteAccount: (password, options) =>
      session.endAfter(async () => {
        const body = password === undefined ? {} : { password };
        dataOf(await api.DELETE('/auth/me', { ...options, body }));
      }),
    me: async (options) => dataOf(await api.GET('/auth/me', { ...options })),

    async identify(request, { idempotencyKey = randomId(), onUpload, signal = new AbortController().signal } = {}) {
      const caller = await unlessAborted(signal, presentCaller());
      return dataOf(
        await api.POST('/plant-identification/identify', {
          signal,
          body: await unlessAborted(signal, formOf(request)),
          bodySerializer: formDataOf,
          headers: { 'Idempotency-Key': idempotencyKey },
          fetch: (upload) => send(upload, { caller, onUpload }),
        }),
      );
    },

    async *history({ isPlant, minConfidence, names, ...options } = {}) {
      const filter = {
        ...(names === undefined ? {} : { q: names }),
        ...(isPlant === undefined ? {} : { is_plant: isPlant }),
        ...(minConfidence === undefined ? {} : { min_confidence: minConfidence }),
      };
      let cursor: string | undefined;
      do {
        const params = { query: { limit: PAGE, ...filter, ...(cursor === undefined ? {} : { cursor }) } };
        // oxlint-disable-next-line no-await-in-loop -- each page names the next
        const page = dataOf(await api.GET('/plant-identification/identifications', { ...options, params }));
        for (const item of page.items) {
          options.signal?.throwIfAborted();
          yield item;
        }
        cursor = page.next_cursor;
      } while (cursor !== undefined);
    },

    async identification(id, options) {
      const params = { path: { id } };
      return dataOf(await api.GET('/plant-identification/identifications/{id}', { ...options, params }));
    },

    async photo(id, n, options) {
      const params = { path: { id, n } };
      const path = '/plant-identification/identifications/{id}/photos/{n}';
      return dataOf(await api.GET(path, { ...options, params, parseAs: 'blob' }));
    },

    async exportHistory(format, options) {
      const path = `/plant-identification/identifications/export.${format}` as const;
      const streamed = { ...options, parseAs: 'stream', fetch: streamedFetch } as const;
      const stream = dataOf(await api.GET(path, streamed));
      if (stream === null) throw new ConnectionLost(new Error('The answer has no body'));
      return stream;
    },

    async giveFeedback(id, body, options) {
      const params = { path: { id } };
      return dataOf(
        await api.POST('/plant-identification/identifications/{id}/feedback', { ...options, params, body }),
      );
    },

    async deleteIdentification(id, options) {
      const params = { path: { id } };
      dataOf(await api.DELETE('/plant-identification/identifications/{id}', { ...options, params }));
    },

    async deleteAllIdentifications(options) {
      dataOf(await api.DELETE('/plant-identification/identifications', { ...options }));
    },

    async restoreIdentification(id, options) {
      const params = { path: { id } };
      dataOf(await api.POST('/plant-identification/identifications/{id}/restore', { ...options, params }));
    },

    async restoreAllIdentifications(options) {
      dataOf(await api.POST('/plant-identification/identifications/restore', { ...options }));
    },

    async health(options) {
      const { data, error, response } = await anonymous.GET('/plant-identification/identify/health', { ...options });
      if (data !== undefined) return data;
      if (isHealth(error)) return error;
      throw new ApiError(response, error);
    },
  };
}

/** The largest page that the API answers. */
const PAGE = 100;

function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      const reason: unknown = signal.reason;
      reject(reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** A key is never replaced. */
function callerWith(apiKey: string): Caller {
  return { token: async () => apiKey, tokenAfter: async () => undefined };
}

/**
 * Returns the path of an operation with its parameters. Values that a URL would lose are refused: to delete an
 * identification without its id is to delete all.
 */
function pathOf(path: string, parameters: Record<string, unknown>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_braces, name: string) => {
    const value = parameters[name];
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    if (['', '.', '..'].includes(text)) {
      throw new ClientError('invalid_path', `${path} needs another ${name} than ${JSON.stringify(value)}`);
    }
    return encodeURIComponent(text);
  });
}

/** Returns 128 random bits. `crypto.randomUUID` is missing on pages that HTTPS did not load. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
