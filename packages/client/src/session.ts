import type { Client } from 'openapi-fetch';
import { ApiError } from './api-error.ts';
import type { components, paths } from './generated/openapi.ts';
import { dataOf } from './result.ts';
import type { Authorization, Send } from './send.ts';

/** What keeps a person signed in. */
export interface Tokens {
  accessToken: string;
  /** Milliseconds since 1970, by the clock of this device. */
  accessExpiresAt: number;
  refreshToken: string;
}

/**
 * Keeps the tokens, such as in the secure storage of a device. Several clients, tabs or processes may share one: each
 * loads the tokens before every call.
 */
export interface TokenStore {
  load(): Tokens | null | undefined | Promise<Tokens | null | undefined>;
  /** Resolves when the tokens are kept for good; they are used only after that. */
  save(tokens: Tokens): void | Promise<void>;
  clear(): void | Promise<void>;
}

export type Credentials = components['schemas']['Credentials'];

/** The sign-in of one person on this device. */
export interface Session extends Authorization {
  readonly signIn: (credentials: Credentials) => Promise<void>;
  /** Ends the sign-in. Clears the tokens even when the service cannot be reached, and rejects then. */
  readonly signOut: () => Promise<void>;
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
 * its successor was used. So each refresh first looks into the store for tokens that another client put there, and
 * tokens are used only once they are saved. A refresh whose answer was lost is repeated: the API answers it with the same
 * successor.
 */
export function createSession(parts: {
  api: Client<paths>;
  send: Send;
  store: TokenStore;
  now: () => number;
}): Session {
  const { api, now, store } = parts;
  const repeated = (request: Request) => parts.send(request, { isRepeatable: true });
  let lastChange: Promise<unknown> = Promise.resolve();
  let refreshing: Promise<string | undefined> | undefined;

  /** Runs changes of the tokens one after the other, so that none overwrites the tokens of another. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = lastChange.then(change);
    lastChange = result.catch(() => undefined);
    return result;
  }

  /** Saves the tokens of an answer to a request that was sent at `sentAt`, and returns the access token. */
  async function save(grant: components['schemas']['TokenGrant'], sentAt: number): Promise<string> {
    await store.save({
      accessToken: grant.access_token,
      accessExpiresAt: sentAt + grant.expires_in * 1_000,
      refreshToken: grant.refresh_token,
    });
    return grant.access_token;
  }

  const isUsable = ({ accessExpiresAt, accessToken }: Tokens, refused: string | undefined): boolean =>
    accessToken !== refused && accessExpiresAt - now() > MARGIN_MS;

  /** A store of JSON has null where there are no tokens. */
  const load = async (): Promise<Tokens | undefined> => (await store.load()) ?? undefined;

  async function refresh(refused: string | undefined): Promise<string | undefined> {
    const tokens = await load();
    if (tokens === undefined) return undefined;
    if (isUsable(tokens, refused)) return tokens.accessToken;
    const sentAt = now();
    const body = { refresh_token: tokens.refreshToken };
    try {
      return await save(dataOf(await api.POST('/auth/token/refresh', { body, fetch: repeated })), sentAt);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const latest = await load();
      // Another client has signed in meanwhile.
      if (latest !== undefined && latest.refreshToken !== tokens.refreshToken) return latest.accessToken;
      await store.clear();
      throw error;
    }
  }

  function refreshOnce(refused?: string): Promise<string | undefined> {
    refreshing ??= inTurn(() => refresh(refused)).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  return {
    async token() {
      const tokens = await load();
      if (tokens === undefined) return undefined;
      return isUsable(tokens, undefined) ? tokens.accessToken : refreshOnce();
    },

    async tokenAfter(refused) {
      const tokens = await load();
      if (tokens === undefined) return undefined;
      return isUsable(tokens, refused) ? tokens.accessToken : refreshOnce(refused);
    },

    signIn: (credentials) =>
      inTurn(async () => {
        const sentAt = now();
        await save(dataOf(await api.POST('/auth/token', { body: credentials })), sentAt);
      }),

    signOut: () =>
      inTurn(async () => {
        const tokens = await load();
        if (tokens === undefined) return;
        try {
          const body = { refresh_token: tokens.refreshToken };
          dataOf(await api.POST('/auth/token/revoke', { body, fetch: repeated }));
        } finally {
          await store.clear();
        }
      }),

    async endAfter(call) {
      await call();
      await inTurn(async () => store.clear());
    },
  };
}
