import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { testRedisUrl } from '@plantcommunity/resilience/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plantNetBody } from '../providers/testing/bodies.ts';
import { type SpendingSettings, spendingReport } from './testing/spending-messages.ts';

const WORKER = fileURLToPath(new URL('./testing/spending-worker.ts', import.meta.url));
const PROCESSES = 4;
const ATTEMPTS = 1_000;
const LIMIT = 2_000;
const TIMEOUT_MS = 90_000;

/** Separate processes, a real Redis, and a service that reports its own count with each answer. */
describe.skipIf(!testRedisUrl)('4 processes with 500 credits left', () => {
  let server: Server;
  let serviceUrl: string;
  let counted: number;
  let workers: ChildProcess[];

  beforeEach(async () => {
    workers = [];
    counted = LIMIT - 500;
    server = createServer((request, response) => {
      const isCall = request.method === 'POST';
      if (isCall) counted += 1;
      const remaining = LIMIT - counted;
      request.resume().once('end', () => {
        response.setHeader('RateLimit-Policy', `"dailyQuota";q=${LIMIT};w=86400`);
        response.setHeader('RateLimit', `"dailyQuota";r=${remaining}`);
        const quota = { identify: { count: counted, total: LIMIT, remaining } };
        response.end(JSON.stringify(isCall ? plantNetBody() : { quota }));
      });
    });
    // A worker that is held up must not send a call on a connection that the service is closing for idleness.
    server.keepAliveTimeout = 0;
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    serviceUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterEach(() => {
    for (const child of workers) child.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  });

  it('make exactly 500 of 1,000 attempted calls', { timeout: TIMEOUT_MS }, async () => {
    const redisUrl = testRedisUrl;
    const attempts = ATTEMPTS / PROCESSES;
    const prefix = `test:${randomUUID()}`;
    // The day's credits are counted anew at midnight: it is noon for the processes.
    const clockOffsetMs = new Date().setUTCHours(12, 0, 0, 0) - Date.now();
    const settings: SpendingSettings = { redisUrl, serviceUrl, attempts, limit: LIMIT, prefix, clockOffsetMs };
    workers = Array.from({ length: PROCESSES }, () => fork(WORKER, [JSON.stringify(settings)]));
    await Promise.all(workers.map((child) => once(child, 'message')));
    const reports = workers.map(async (child) => {
      const [report] = (await once(child, 'message')) as unknown[];
      return spendingReport.parse(report);
    });
    for (const child of workers) child.send('spend');
    const ends = await Promise.all(reports);
    const sum = (of: 'answered' | 'refused') => ends.reduce((total, end) => total + end[of], 0);
    expect({
      failed: ends.flatMap((end) => end.failed),
      counted,
      answered: sum('answered'),
      refused: sum('refused'),
    }).toEqual({
      failed: [],
      counted: LIMIT,
      answered: 500,
      refused: 500,
    });
  });
});
