import createApi, { type Client } from 'openapi-fetch';
import { ApiError, isProblem } from './api-error.ts';
import { bodyOf, formOf, type PlantPhotos } from './form.ts';
import type { components, paths } from './generated/openapi.ts';
import { dataOf } from './result.ts';
import { RETRY_RULES, type RetryRules } from './retry.ts';
import { type Authorization, createSend, type Environment } from './send.ts';
import { type Credentials, createSession, memoryTokenStore, type TokenStore } from './session.ts';
import type { UploadWatch } from './upload-fetch.ts';

type Schemas = components['schemas'];
export type Account = Schemas['Account'];
export type Health = Schemas['IdentifyHealth'];
export type HistoryItem = Schemas['HistoryItem'];
export type Identification = Schemas['Identification'];
export type Me = Schemas['Me'];
export type Registration = Schemas['Registration'];
export type StoredIdentification = Schemas['StoredIdentification'];

export interface PlantClientOptions {
  /** Where the service is, such as `https://plants.example`. */
  baseUrl: string | URL;
  /** Where the tokens of `signIn` are kept; in memory if absent. */
  tokens?: TokenStore;
  /** A personal API key, for scripts; `signIn` is not needed then. */
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

export interface IdentifyOptions extends CallOptions, Partial<Pick<UploadWatch, 'onUpload'>> {
  /**
   * Names this identification, so that it is carried out once however often it is sent; made for each call if absent.
   * An app that keeps it can repeat the call after a restart, within 24 hours.
   */
  idempotencyKey?: string;
}

/**
 * Calls the API of one service for one person. Calls that cannot do the same work twice are repeated after a lost
 * connection and as Retry-After says.
 * @throws {ApiError} in every method, for an error that the API answered
 * @throws {ConnectionLost} in every method, without an answer
 */
export interface PlantClient {
  /** Creates an account, without signing in to it. */
  register(registration: Registration, options?: CallOptions): Promise<Account>;
  /** Signs this client in, until `signOut`, seven days later or a change of the password. */
  signIn(credentials: Credentials): Promise<void>;
  /** Ends the sign-in with all its tokens. Clears them here even when the service cannot be reached, and rejects then. */
  signOut(): Promise<void>;
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
  /** Iterates over the identifications of the account, newest first; fetches page after page. */
  history(options?: CallOptions): AsyncGenerator<HistoryItem, void>;
  identification(id: string, options?: CallOptions): Promise<StoredIdentification>;
  /** Returns a photo of an identification, counted from 1, as JPEG. */
  photo(id: string, n: number, options?: CallOptions): Promise<Blob>;
  /** Deletes an identification with its photos. */
  deleteIdentification(id: string, options?: CallOptions): Promise<void>;
  /** Deletes all identifications of the account with their photos. */
  deleteAllIdentifications(options?: CallOptions): Promise<void>;
  /** Returns the state of the identification services, also if they are degraded or unhealthy. */
  health(options?: CallOptions): Promise<Health>;
  /** Every operation of the OpenAPI document, with the same sign-in and retries; answers errors instead of throwing them. */
  api: Client<paths>;
}

export function createPlantClient({ apiKey, baseUrl, environment, retry, tokens }: PlantClientOptions): PlantClient {
  const surroundings: Environment = { ...defaultEnvironment, ...environment };
  const rules = { ...RETRY_RULES, ...retry };
  const config = { baseUrl: new URL('/api/v1', baseUrl).href, bodySerializer: bodyOf };

  const sendAnonymous = createSend(surroundings, rules);
  const anonymous = createApi<paths>({ ...config, fetch: (request) => sendAnonymous(request) });
  const session = createSession({
    api: anonymous,
    send: sendAnonymous,
    store: tokens ?? memoryTokenStore(),
    now: surroundings.now,
  });
  const key: Authorization | undefined = apiKey === undefined ? undefined : authorizationOf(apiKey);
  const send = createSend(surroundings, rules, key ?? session);
  const api = createApi<paths>({ ...config, fetch: (request) => send(request) });

  return {
    api,
    register: async (body, options) => dataOf(await anonymous.POST('/auth/register', { body, ...options })),
    signIn: session.signIn,
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

    async identify(request, { idempotencyKey = randomKey(), onUpload, ...options } = {}) {
      return dataOf(
        await api.POST('/plant-identification/identify', {
          ...options,
          body: formOf(request),
          headers: { 'Idempotency-Key': idempotencyKey },
          fetch: (upload) => send(upload, { onUpload }),
        }),
      );
    },

    async *history(options) {
      let cursor: string | undefined;
      do {
        const params = { query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } };
        // oxlint-disable-next-line no-await-in-loop -- each page names the next
        const page = dataOf(await api.GET('/plant-identification/identifications', { ...options, params }));
        yield* page.items;
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

    async deleteIdentification(id, options) {
      const params = { path: { id } };
      dataOf(await api.DELETE('/plant-identification/identifications/{id}', { ...options, params }));
    },

    async deleteAllIdentifications(options) {
      dataOf(await api.DELETE('/plant-identification/identifications', { ...options }));
    },

    async health(options) {
      const { data, error, response } = await anonymous.GET('/plant-identification/identify/health', { ...options });
      if (data !== undefined) return data;
      if (error === undefined || isProblem(error)) throw new ApiError(response, error);
      return error;
    },
  };
}

/** The largest page that the API answers. */
const PAGE = 100;

const defaultEnvironment: Environment = {
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
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
    }),
};

/** A key is never replaced. */
function authorizationOf(apiKey: string): Authorization {
  return { token: async () => apiKey, tokenAfter: async () => undefined };
}

/** Returns 128 random bits. `crypto.randomUUID` is missing on pages that HTTPS did not load. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
