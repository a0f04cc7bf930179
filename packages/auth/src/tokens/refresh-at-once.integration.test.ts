import { type Database, openDatabase, type Prisma } from '@plantcommunity/db';
import { openTestDatabase, testDatabaseUrl, usesOneSession } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../auth.ts';
import { authUnderTest } from '../testing/auth-under-test.ts';
import { CREDENTIALS, FRESH, granted, OLD } from './testing/anns-app.ts';
import type { TokenGrant } from './tokens.ts';

const CONNECTIONS = 20;
const NO_LOCKS = 'with one session no statement waits for a lock';

let databases: [Database, Database];
let clock: FakeClock;
let instances: [Auth, Auth];
let oneSession: boolean;
const warnings: unknown[] = [];

beforeAll(async () => {
  const first = await openTestDatabase({ poolSize: CONNECTIONS });
  databases = [first, openDatabase({ url: testDatabaseUrl(), poolSize: CONNECTIONS })];
  oneSession = await usesOneSession(first);
});
afterAll(() => Promise.all(databases.map((database) => database.close())));
beforeEach(async () => {
  await databases[0].client.user.deleteMany();
  warnings.length = 0;
  clock = new FakeClock();
  // The instances are in the middle of a rotation of secrets.
  instances = [instance(databases[0], [OLD, FRESH]), instance(databases[1], [FRESH, OLD])];
  await instances[0].users.create(CREDENTIALS);
});

function instance(database: Database, secrets: string[]): Auth {
  const logger = createLogger({
    level: 'warn',
    destination: { write: (line) => void warnings.push(JSON.parse(line)) },
  });
  return authUnderTest({ database, secrets, clock, logger });
}

const issue = async () => granted(await instances[0].tokens.issue(CREDENTIALS));

const onBoth = <T>(count: number, work: (auth: Auth, n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => work(instances[n % 2 ? 1 : 0], n)));
const successors = (grants: readonly (TokenGrant | undefined)[]) => [
  ...new Set(grants.map((grant) => grant?.refreshToken)),
];
const rows = () => databases[0].client.refreshToken.findMany();

describe('concurrent refreshes on two instances', () => {
  it('of one token return one successor and end no sign-in', async () => {
    let { refreshToken } = await issue();
    for (let round = 1; round <= 5; round++) {
      const grants = await onBoth(60, ({ tokens }) => tokens.refresh(refreshToken));
      const [next, ...others] = successors(grants);
      expect(others).toEqual([]);
      expect(next).not.toBe(refreshToken);
      refreshToken = next ?? '';
      const stored = await rows();
      expect(stored).toHaveLength(round + 1);
      expect(stored.filter(({ spentAt }) => spentAt === null)).toHaveLength(1);
      const principals = await onBoth(2, (auth, n) =>
        auth.principalOf(new Headers({ authorization: `Bearer ${grants[n]?.accessToken ?? ''}` })),
      );
      expect(principals.map((principal) => principal?.email)).toEqual([CREDENTIALS.email, CREDENTIALS.email]);
      clock.advance(11_000);
    }
    expect(warnings).toEqual([]);
  });

  it('of a token whose successor was used end the sign-in once', async () => {
    const { refreshToken } = await issue();
    const successor = granted(await instances[1].tokens.refresh(refreshToken));
    await instances[0].tokens.refresh(successor.refreshToken);
    expect(successors(await onBoth(40, ({ tokens }) => tokens.refresh(refreshToken)))).toEqual([undefined]);
    expect(warnings).toHaveLength(1);
    expect(await rows()).toEqual([]);
  });

  it('leave no row of a sign-in that is revoked meanwhile', async () => {
    for (let round = 0; round < 10; round++) {
      const { refreshToken } = await issue();
      const grants = await onBoth(30, ({ tokens }, n) =>
        n % 10 === round ? tokens.revoke(refreshToken).then(() => undefined) : tokens.refresh(refreshToken),
      );
      expect(successors(grants).filter((token) => token !== undefined).length).toBeLessThanOrEqual(1);
      expect(await rows()).toEqual([]);
    }
  });

  it('leave no row of a user who is deleted meanwhile', async () => {
    for (let round = 0; round < 10; round++) {
      const { refreshToken } = await issue();
      const removal = databases[1].client.user.deleteMany();
      await Promise.all([onBoth(20, ({ tokens }) => tokens.refresh(refreshToken)), removal]);
      expect(await rows()).toEqual([]);
      await instances[0].users.create(CREDENTIALS);
    }
  });

  it('do not count the wait for the database against the lifetime', async (context) => {
    context.skip(oneSession, NO_LOCKS);
    const { refreshToken } = await issue();
    const release = await lockTokens();
    const asked = onBoth(2, ({ tokens }) => tokens.refresh(refreshToken));
    await lockWaits(2);
    clock.advance(90_000_000);
    await release();
    const [next, ...others] = successors(await asked);
    expect(others).toEqual([]);
    expect(next).toBeDefined();
    expect(warnings).toEqual([]);
  });

  it('and a concurrent revocation do not deadlock', async (context) => {
    context.skip(oneSession, NO_LOCKS);
    const { refreshToken } = await issue();
    const release = await lockTokens();
    const refreshed = instances[0].tokens.refresh(refreshToken);
    await lockWaits(1);
    const revoked = instances[1].tokens.revoke(refreshToken);
    await lockWaits(2);
    await release();
    expect(await refreshed).toBeDefined();
    await revoked;
    expect(await rows()).toEqual([]);
  });
});

it('a sign-in is refused like that of an unknown user when the user is deleted meanwhile', async (context) => {
  context.skip(oneSession, NO_LOCKS);
  const release = await lockUntilReleased((transaction) => transaction.user.deleteMany());
  const issued = instances[0].tokens.issue(CREDENTIALS);
  await lockWaits(1);
  await release();
  expect(await issued).toBeUndefined();
});

const lockTokens = () =>
  lockUntilReleased((transaction) => transaction.$queryRaw`SELECT 1 FROM "RefreshToken" FOR UPDATE`);

/** Runs `work` in a transaction that keeps its locks until the returned function is called. */
async function lockUntilReleased(
  work: (transaction: Prisma.TransactionClient) => Promise<unknown>,
): Promise<() => Promise<void>> {
  const { promise: end, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: holds } = Promise.withResolvers<void>();
  const holder = databases[0].client.$transaction(async (transaction) => {
    await work(transaction);
    holds();
    await end;
  });
  await Promise.race([held, holder]);
  return async () => {
    release();
    await holder;
  };
}

/** Waits until `count` connections wait for a lock. */
async function lockWaits(count: number): Promise<void> {
  const waiting = async () => {
    const [row] = await databases[1].client.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return Number(row?.count);
  };
  await expect.poll(waiting, { interval: 10, timeout: 5_000 }).toBe(count);
}
