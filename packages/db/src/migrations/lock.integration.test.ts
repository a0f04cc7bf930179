import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientConfig } from '../connection/client-config.ts';
import { readDatabaseUrl } from '../connection/database-url.ts';
import { openDatabase } from '../database.ts';
import { startDatabaseProxy, testDatabaseUrl, usesOneSession } from '../testing/index.ts';
import { applyMigrations } from './apply.ts';
import { readMigrations } from './history.ts';
import { MigrationError } from './session.ts';

const LOCK = 7_209_221;
/** SQLSTATE of a statement that was cancelled. */
const QUERY_CANCELED = '57014';
/** The holder of a lock is named within this time. */
const NAMED_WITHIN_MS = 10_000;

const database = openDatabase({ url: testDatabaseUrl(), poolSize: 1 });
const isOneSession = await usesOneSession(database);
await database.close();

async function connected(url: string, application: string): Promise<Client> {
  const client = new Client({ ...clientConfig(readDatabaseUrl(url)), application_name: application });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function pidOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

describe.skipIf(isOneSession)('the migration lock', { concurrent: true }, () => {
  const names = ['lock_session', 'lock_transaction', 'lock_busy', 'lock_old'] as const;
  let admin: Client;
  const clients: Client[] = [];
  const urlOf = (name: string) => testDatabaseUrl().replace('/postgres?', `/${name}?`);

  beforeAll(async () => {
    admin = await connected(testDatabaseUrl(), 'admin');
    for (const name of names) {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.query(`CREATE DATABASE ${name}`);
    }
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    for (const name of names) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  });

  async function holder(name: string, ...statements: readonly string[]) {
    const client = await connected(urlOf(name), `start of ${name}`);
    clients.push(client);
    const pid = await pidOf(client);
    for (const statement of statements) await client.query(statement);
    return { client, pid };
  }

  /** Runs the migrations; returns their result and when they reported the holder, after which `onReport` is called. */
  async function start(name: string, onReport: () => void = () => undefined) {
    const began = performance.now();
    const reports: { text: string; afterMs: number }[] = [];
    const onWait = (text: string) => {
      reports.push({ text, afterMs: performance.now() - began });
      onReport();
    };
    const result = await applyMigrations(urlOf(name), { onWait }).catch((error: unknown) => error);
    return { result, reports, tookMs: performance.now() - began };
  }

  it('reports an idle holder and its remedy within 10 s, and waits for an active holder', async () => {
    const inSession = await holder('lock_session', `SELECT pg_advisory_lock(${LOCK})`);
    const inTransaction = await holder('lock_transaction', 'BEGIN', `SELECT pg_advisory_xact_lock(${LOCK})`);
    const busy = await holder('lock_busy', 'BEGIN', `SELECT pg_advisory_xact_lock(${LOCK})`);
    const reported = Promise.withResolvers<void>();
    // Its work ends half a second after it was reported: the start is waiting for it again.
    const working = busy.client.query('SELECT pg_sleep(60)').catch((error: unknown) => error);
    const endOfWork = async () => {
      await reported.promise;
      await sleep(500);
      await admin.query('SELECT pg_cancel_backend($1)', [busy.pid]);
      expect(await working).toMatchObject({ code: QUERY_CANCELED });
      await busy.client.query('ROLLBACK');
    };

    const [session, transaction, waited] = await Promise.all([
      start('lock_session'),
      start('lock_transaction'),
      start('lock_busy', reported.resolve),
      endOfWork(),
    ]);

    for (const [{ result, tookMs }, { pid }, name, state] of [
      [session, inSession, 'lock_session', 'idle'],
      [transaction, inTransaction, 'lock_transaction', 'idle in transaction'],
    ] as const) {
      expect(result).toBeInstanceOf(MigrationError);
      expect(String(result)).toMatch(
        new RegExp(
          `The migration lock of the database "${name}" on \\S+ is held by process ${pid} of the server ` +
            `\\(application "start of ${name}", user "postgres", ${state} for \\d+ s\\), and does nothing\\. ` +
            `If that start is gone, run in the database: select pg_terminate_backend\\(${pid}\\);$`,
        ),
      );
      expect(tookMs).toBeLessThan(NAMED_WITHIN_MS);
    }
    const [report] = waited.reports;
    expect(report?.text).toContain(`select pg_terminate_backend(${busy.pid});`);
    expect(report?.afterMs).toBeLessThan(NAMED_WITHIN_MS);
    expect(waited.result).toEqual({ applied: (await readMigrations()).map(({ name }) => name) });
  });

  it('is released by every start, also by one that fails', async () => {
    await applyMigrations(urlOf('lock_old'));
    const { client } = await holder('lock_old', 'CREATE SCHEMA taken', 'CREATE TABLE taken."Photo" (n int)');
    await expect(applyMigrations(`${urlOf('lock_old')}&schema=taken`)).rejects.toThrow('our migrations did not create');
    const { rows } = await client.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
    expect(rows).toEqual([]);
  });
});

it.concurrent('applyMigrations fails within 10 s on a server that hangs', async () => {
  const proxy = await startDatabaseProxy(testDatabaseUrl());
  proxy.freeze();
  const began = performance.now();
  await expect(applyMigrations(proxy.url)).rejects.toThrow('it does not answer in time');
  expect(performance.now() - began).toBeLessThan(10_000);
  await proxy.close();
});
