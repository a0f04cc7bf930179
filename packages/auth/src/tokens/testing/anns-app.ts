import { Writable } from 'node:stream';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Auth } from '../../auth.ts';
import type { Principal } from '../../principal.ts';
import { authUnderTest } from '../../testing/auth-under-test.ts';
import type { TokenGrant } from '../tokens.ts';

export const [OLD, FRESH] = ['old secret of at least 32 bytes..', 'new secret of at least 32 bytes..'] as const;
export const PASSWORD = 'correct horse';
export const CREDENTIALS = { email: 'ann@example.org', password: PASSWORD };

/** Ann, whose account of tier `pro` is created for each test of the file, and the requests of her app. */
export interface AnnsApp {
  readonly database: Database;
  /** Starts 250 ms after a whole second. */
  readonly clock: FakeClock;
  /** An instance with OLD as its only secret. */
  readonly auth: Auth;
  readonly userId: string;
  /** Log lines since the test began. */
  readonly log: string[];
  /** Creates another instance. */
  withSecrets(...secrets: string[]): Auth;
  issue(by?: Auth): Promise<TokenGrant>;
  refresh(refreshToken: string, by?: Auth): Promise<TokenGrant>;
  whois(accessToken: string, headers?: Record<string, string>, by?: Auth): Promise<Principal | undefined>;
  /** Changes Ann's row. */
  change(data: Parameters<Database['client']['user']['update']>[0]['data']): Promise<unknown>;
}

export function annsApp(): AnnsApp {
  let database: Database;
  let clock: FakeClock;
  let auth: Auth;
  let userId: string;
  const log: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger({ level: 'info', destination });
  const withSecrets = (...secrets: string[]) => authUnderTest({ database, secrets, clock, logger });

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.client.user.deleteMany();
    log.length = 0;
    clock = new FakeClock(Date.UTC(2026, 2, 1, 12, 0, 0, 250));
    auth = withSecrets(OLD);
    userId = (await auth.users.create({ ...CREDENTIALS, tier: 'pro' })).id;
  });

  return {
    get database() {
      return database;
    },
    get clock() {
      return clock;
    },
    get auth() {
      return auth;
    },
    get userId() {
      return userId;
    },
    log,
    withSecrets,
    issue: async (by = auth) => granted(await by.tokens.issue(CREDENTIALS)),
    refresh: async (refreshToken, by = auth) => granted(await by.tokens.refresh(refreshToken)),
    whois: (accessToken, headers = {}, by = auth) =>
      by.principalOf(new Headers({ ...headers, authorization: `Bearer ${accessToken}` })),
    change: (data) => database.client.user.update({ where: { id: userId }, data }),
  };
}

export function granted(grant: TokenGrant | 'disabled' | undefined): TokenGrant {
  if (grant === undefined || grant === 'disabled') throw new Error(`expected a grant, got ${String(grant)}`);
  return grant;
}
