import type { Client } from 'openapi-fetch';
import { memberOf } from './answer.ts';
import { ApiError } from './api-error.ts';
import { ConnectionLost, SignInChanged } from './client-error.ts';
import type { components, paths } from './generated/openapi.ts';
import { dataOf } from './result.ts';
import { ANONYMOUS, type Caller, type Send } from './send.ts';

/** What keeps a person signed in. */
export interface Tokens {
  accessToken: string;
  /** Milliseconds since 1970, by the clock of this device. */
  accessExpiresAt: number;
  refreshToken: string;
  /** Random name of the sign-in, which its refreshes keep: a call is not repeated with the tokens of another one. */
  signInId: string;
}

/**
 * Keeps the tokens, such as in the secure storage of a device. Several clients, tabs or processes may share one: each
 * loads the tokens before every attempt of a call, and again before it saves or clears them.
 */
export interface TokenStore {
  load(): Tokens | null | undefined | Promise<Tokens | null | undefined>;
  /** Resolves when the tokens are kept for good; they are used only after that. */
  save(tokens: Tokens): void | Promise<void>;
  clear(): void | Promise<void>;
}

export type Credentials = components['schemas']['Credentials'];

interface Stoppable {
  signal?: AbortSignal;
}

/** The sign-in of one person on this device. */
export interface Session {
  /** Returns who makes a call that begins now. */
  readonly presentCaller: () => Promise<Caller>;
  readonly signIn: (credentials: Credentials, options?: Stoppable) => Promise<void>;
  /** Clears the tokens at once, then ends the sign-in; rejects when the service cannot be reached. */
  readonly signOut: (options?: Stoppable) => Promise<void>;
  /** Runs a call that ends every sign-in of the account, and clears the tokens after it. */
  readonly endAfter: (call: () => Promise<void>) => Promise<void>;
}

/** An access token that ends within this time is replaced before it is sent. */
const MARGIN_MS = 30_000;

/** Returns a store that ends with the program. */
export function memoryTokenStore(): TokenStore {
  let kept: Tokens | undefined;
  return {
    load: () => kept,
    save(tokens) {
      kept = tokens;
    },
    clear() {
      kept = undefined;
    },
  };
}

/**
 * Creates a session whose calls share one refresh at a time. The API ends a sign-in when a refresh token is sent after
 * its successor was used. So each attempt of a refresh first looks into the store for tokens that another client put
 * there, and tokens are used only once they are saved. A refresh whose answer was lost is repeated: the API answers it
 * with the same successor.
 */
export function createSession(parts: {
  api: Client<paths>;
  send: Send;
  store: TokenStore;
  now: () => number;
  randomId: () => string;
}): Session {
  const { api, now, randomId, send, store } = parts;
  let lastAccess: Promise<unknown> = Promise.resolve();
  /** Counts calls of `signIn` and `signOut`, of which the last one decides. */
  let decisions = 0;
  let refreshing: { of: string; next: Promise<Tokens | undefined> } | undefined;

  /** Runs accesses to the store one after the other, so that none overwrites tokens that it has not seen. */
  function inTurn<T>(access: () => Promise<T>): Promise<T> {
    const result = lastAccess.then(access);
    lastAccess = result.catch(() => undefined);
    return result;
  }

  const isUsable = ({ accessExpiresAt, accessToken }: Tokens, refused: string | undefined): boolean =>
    accessToken !== refused && accessExpiresAt - now() > MARGIN_MS;

  /** A store of JSON has null where there are no tokens. */
  const load = async (): Promise<Tokens | undefined> => (await store.load()) ?? undefined;

  /** Runs `change` if the store still has the refresh token; returns the tokens that it has then. */
  function ifUnchanged(refreshToken: string, change: () => Promise<Tokens>): Promise<Tokens | undefined> {
    return inTurn(async () => {
      const latest = await load();
      return latest?.refreshToken === refreshToken ? change() : latest;
    });
  }

  /** @throws {Superseded} when the store has other tokens before an attempt */
  async function exchange({ refreshToken, signInId }: Tokens): Promise<Tokens> {
    const sentAt = now();
    const caller: Caller = {
      ...ANONYMOUS,
      async token() {
        const latest = await load();
        if (latest?.refreshToken !== refreshToken) throw new Superseded(latest);
        return undefined;
      },
    };
    const result = await api.POST('/auth/token/refresh', {
      body: { refresh_token: refreshToken },
      fetch: (request) => send(request, { caller, isRepeatable: true }),
    });
    return tokensOf(dataOf(result), sentAt, signInId);
  }

  async function refresh(tokens: Tokens): Promise<Tokens | undefined> {
    try {
      const next = await exchange(tokens);
      return await ifUnchanged(tokens.refreshToken, async () => {
        await store.save(next);
        return next;
      });
    } catch (error) {
      if (error instanceof Superseded) return error.latest;
      if (!(error instanceof ApiError) || error.code !== 'invalid_token') throw error;
      return ifUnchanged(tokens.refreshToken, async () => {
        await store.clear();
        throw error;
      });
    }
  }

  /** Calls that need the successor of the same refresh token share its refresh. */
  function refreshOnce(tokens: Tokens): Promise<Tokens | undefined> {
    if (refreshing?.of !== tokens.refreshToken) {
      const next: Promise<Tokens | undefined> = refresh(tokens).finally(() => {
        if (refreshing?.next === next) refreshing = undefined;
      });
      refreshing = { of: tokens.refreshToken, next };
    }
    return refreshing.next;
  }

  /** Returns the token of a sign-in; undefined if it has ended. @throws {SignInChanged} if the store has another */
  async function tokenOf(signInId: string, refused?: string): Promise<string | undefined> {
    const tokens = await load();
    if (tokens === undefined) return undefined;
    if (tokens.signInId !== signInId) throw new SignInChanged();
    if (isUsable(tokens, refused)) return tokens.accessToken;
    const renewed = await refreshOnce(tokens);
    if (renewed !== undefined && renewed.signInId !== signInId) throw new SignInChanged();
    return renewed?.accessToken;
  }

  return {
    async presentCaller() {
      const tokens = await load();
      if (tokens === undefined) return ANONYMOUS;
      const { signInId } = tokens;
      return {
        async token() {
          const token = await tokenOf(signInId);
          // Without its token the call would be anonymous.
          if (token === undefined) throw new SignInChanged();
          return token;
        },
        tokenAfter: (refused) => tokenOf(signInId, refused),
      };
    },

    async signIn(credentials, options) {
      decisions += 1;
      const decision = decisions;
      const sentAt = now();
      const result = await api.POST('/auth/token', { ...options, body: credentials });
      const tokens = tokensOf(dataOf(result), sentAt, randomId());
      await inTurn(async () => {
        options?.signal?.throwIfAborted();
        if (decision !== decisions) throw new SignInChanged();
        await store.save(tokens);
      });
    },

    async signOut(options) {
      decisions += 1;
      const tokens = await inTurn(async () => {
        const ended = await load();
        if (ended !== undefined) await store.clear();
        return ended;
      });
      if (tokens === undefined) return;
      // Of a sign-in any token will do, also one that a refresh under way replaces.
      const result = await api.POST('/auth/token/revoke', {
        ...options,
        body: { refresh_token: tokens.refreshToken },
        fetch: (request) => send(request, { isRepeatable: true }),
      });
      dataOf(result);
    },

    async endAfter(call) {
      const signInId = (await load())?.signInId;
      await call();
      await inTurn(async () => {
        if ((await load())?.signInId === signInId) await store.clear();
      });
    },
  };
}

/** Stops the repetition of a refresh whose tokens another client has replaced or cleared. */
class Superseded extends Error {
  readonly latest: Tokens | undefined;

  constructor(latest: Tokens | undefined) {
    super('The store has other tokens');
    this.latest = latest;
  }
}

/**
 * Returns the tokens of an answer to a request that was sent at `sentAt`.
 * @throws {ConnectionLost} for JSON of another server, which must not replace tokens
 */
function tokensOf(answer: unknown, sentAt: number, signInId: string): Tokens {
  if (!isGrant(answer)) throw new ConnectionLost(new Error('The answer has no tokens'));
  const { access_token: accessToken, expires_in: seconds, refresh_token: refreshToken } = answer;
  return { accessToken, accessExpiresAt: sentAt + seconds * 1_000, refreshToken, signInId };
}

function isGrant(answer: unknown): answer is components['schemas']['TokenGrant'] {
  const types = ['access_token', 'refresh_token', 'expires_in'].map((name) => typeof memberOf(answer, name));
  return types.join() === 'string,string,number';
}
