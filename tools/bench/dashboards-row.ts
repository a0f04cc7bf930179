import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '@plantcommunity/settings';
import { z } from 'zod';
import { appCostRow } from './app-cost-row.ts';
import type { BenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';

const DASHBOARDS = 20;
const ADMIN = { email: 'admin@bench.example', password: 'correct horse battery staple' };
/** Time between two tries of a dashboard to connect. */
const RECONNECT_MS = 100;
/** Time in which all dashboards have their first overview. */
const OPEN_MS = 10_000;

const granted = z.object({ access_token: z.string() });

/** Returns the row of cache hits in an app whose overview 20 operators watch, against one that no operator watches. */
export function dashboardsRow(start: (settings: Environment) => Promise<BenchApp>): Promise<BenchRow> {
  const settings = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };
  return appCostRow({
    name: `8 cache hits at once, ${DASHBOARDS} dashboards open, over none`,
    bar: 1.1,
    allowsDifference: false,
    // The overview is made and sent once a second.
    statistic: 'means',
    start,
    without: settings,
    with: settings,
    use: openDashboards,
  });
}

/**
 * Opens the dashboards as browsers do, and resolves once each has its first overview. Returns how to close them, which
 * throws unless each has received changes, too.
 */
async function openDashboards({ url }: BenchApp): Promise<() => void> {
  const answer = await fetch(`${url}/api/v1/auth/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(ADMIN),
  });
  const { access_token: token } = granted.parse(await answer.json());
  const closing = new AbortController();
  const events = Array.from({ length: DASHBOARDS }, () => 0);
  const opened = events.map((_none, index) =>
    openDashboard(url, token, closing.signal, () => {
      events[index] = (events[index] ?? 0) + 1;
    }),
  );
  await Promise.race([
    Promise.all(opened),
    pause(OPEN_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('The dashboards got no overview'))),
  ]);
  return () => {
    closing.abort();
    if (Math.min(...events) < 2) throw new Error('A dashboard received no changes');
  };
}

/** Follows the overview until `closing` aborts. Resolves at the first event. */
function openDashboard(url: string, token: string, closing: AbortSignal, onEvent: () => void): Promise<void> {
  const first = Promise.withResolvers<void>();
  void follow();
  return first.promise;

  async function follow(): Promise<void> {
    while (!closing.aborted) {
      try {
        const headers = { Accept: 'text/event-stream', Authorization: `Bearer ${token}` };
        const { body, status } = await fetch(`${url}/api/trpc/v1.admin.overview.watch`, { headers, signal: closing });
        if (status !== 200 || body === null) throw new Error(`The feed answered ${status}`);
        for await (const chunk of body) {
          if (!Buffer.from(chunk).includes('"type":')) continue;
          onEvent();
          first.resolve();
        }
      } catch (error) {
        if (closing.aborted) return;
        first.reject(error);
      }
      await pause(RECONNECT_MS);
    }
  }
}
