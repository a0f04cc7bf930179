import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serializeStatements } from './pglite.ts';

describe('concurrent clients of one PGlite session', () => {
  let folder: string;
  let database: PGlite;
  let server: PGLiteSocketServer;
  let pool: Pool;
  const socket = () => join(folder, '.s.PGSQL.5432');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pglite-'));
    database = serializeStatements(await PGlite.create());
    server = new PGLiteSocketServer({ db: database, path: socket(), maxConnections: 40 });
    await server.start();
    pool = new Pool({ connectionString: `postgresql://postgres@/postgres?host=${folder}`, max: 10 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
    await database.close();
    await rm(folder, { recursive: true });
  });

  async function inTransaction(n: number): Promise<number | undefined> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<{ n: number }>('SELECT $1::int AS n', [n]);
      await client.query('COMMIT');
      return rows[0]?.n;
    } finally {
      client.release();
    }
  }

  async function singleStatement(n: number): Promise<number | undefined> {
    const { rows } = await pool.query<{ n: string }>('SELECT $1::text AS n', [String(n)]);
    return Number(rows[0]?.n);
  }

  async function failing(n: number): Promise<number | undefined> {
    const error = await pool.query('SELECT 1 / ($1::int - $1::int)', [n]).catch((reason: unknown) => reason);
    return error instanceof Error && error.message === 'division by zero' ? n : undefined;
  }

  it('get their own answers, also with transactions and errors', async () => {
    const numbers = Array.from({ length: 240 }, (_, n) => n);
    const answers = numbers.map((n) =>
      n % 4 === 0 ? inTransaction(n) : n % 4 === 1 ? failing(n) : singleStatement(n),
    );
    expect(await Promise.all(answers)).toEqual(numbers);
  });

  it('continue when one disconnects within a statement', async () => {
    const leaving = connect(socket());
    const body = Buffer.from('user\0postgres\0\0');
    const startup = Buffer.alloc(8);
    startup.writeInt32BE(8 + body.length, 0);
    startup.writeInt32BE(196_608, 4);
    leaving.write(Buffer.concat([startup, body]));
    await new Promise((resolve) => leaving.once('data', resolve));
    const parse = Buffer.concat([Buffer.from('P\0\0\0\0'), Buffer.from('\0SELECT 1\0\0\0')]);
    parse.writeInt32BE(parse.length - 1, 1);
    leaving.write(parse);
    await new Promise((resolve) => leaving.once('data', resolve));
    leaving.destroy();
    expect(await Promise.all([singleStatement(1), inTransaction(2), singleStatement(3)])).toEqual([1, 2, 3]);
  });
});
