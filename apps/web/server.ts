// Entry point of the web process: a custom Next.js server (https://nextjs.org/docs/app/guides/custom-server). It owns
// the HTTP server with its addresses and time limits, checks each request before Next sees it, and shuts down gracefully.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { apiRoutes } from '@plantcommunity/api';
import { databaseUrlProblems } from '@plantcommunity/db/connection';
import { systemClock } from '@plantcommunity/resilience';
import { readSettings, type Settings, SettingsError, useProxy } from '@plantcommunity/settings';
import { acceptRequestId, runWithRequestId } from '@plantcommunity/telemetry';
import { startOpenTelemetry } from '@plantcommunity/telemetry/open-telemetry';
import next from 'next';
import manifest from './package.json' with { type: 'json' };
import { createAppLogger, exitWithReason } from './src/server/app-logger.ts';
import { container } from './src/server/container.ts';
import { serveGracefully } from './src/server/graceful-shutdown.ts';
import { listen, timeLimits } from './src/server/http-server.ts';
import { shutDownWithLauncher } from './src/server/launcher.ts';
import { createRequestMeasurement } from './src/server/measure-requests.ts';
import { dropUnreadableNextHeaders } from './src/server/next-headers.ts';
import { PAGE_POLICIES } from './src/server/page-policies.ts';
import { redirectConsole } from './src/server/redirect-console.ts';
import { createRouteNames } from './src/server/route-names.ts';
import { shutDown } from './src/server/shutdown-budget.ts';

const READY_PATH = /^\/api\/health\/ready\/?(\?|$)/;

// Until the server listens no request is in flight: a signal ends the process at once.
let stop = (): void => process.exit(0);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop());
shutDownWithLauncher();

const settings = settingsOrExit();
const { keepAliveMs, listenAddresses, port } = settings;
const development = process.env.NODE_ENV !== 'production';
const logger = await createAppLogger(settings);
if (!development) redirectConsole(logger);

const routeNames = createRouteNames([...Object.keys(PAGE_POLICIES), ...apiRoutes().map(({ path }) => path)]);
// Next names the URL of each fetch in a span; Pl@ntNet's carries the API key. Our own spans cover the calls. The spans that
// NEXT_OTEL_VERBOSE adds name paths as clients send them.
process.env['NEXT_OTEL_FETCH_DISABLED'] = '1';
delete process.env['NEXT_OTEL_VERBOSE'];
const openTelemetry =
  settings.openTelemetry &&
  (await startOpenTelemetry({ ...settings.openTelemetry, version: manifest.version, routeOf: routeNames, logger }));

// By default Node itself answers requests without a Host or with an Expect header, without our response headers.
const server = createServer({ requireHostHeader: false, ...timeLimits(keepAliveMs) });
server.on('checkExpectation', (request, response) => server.emit('request', request, response));
// Only `next dev` uses WebSocket. In production Next attaches its upgrade listener to a server that never listens: a
// server without such a listener handles an upgrade like any other request.
const upgrades = development ? server : createServer();
const nextApp = next({
  dev: development,
  dir: import.meta.dirname,
  // Next builds the URL of every request from this name, not from its Host header.
  hostname: 'localhost',
  port,
  quiet: true,
  httpServer: upgrades,
});
await nextApp.prepare();
const handleByNext = nextApp.getRequestHandler();
const app = await container();
openTelemetry?.exportMetrics(app.metrics);

const measure = createRequestMeasurement({
  metrics: app.metrics.http,
  routeNames,
  apiRoutes: apiRoutes(),
  clock: systemClock,
  onResponse: (status) => app.counters.recordResponse(status),
});
const shutdown = serveGracefully(server, answer, systemClock);
// `next dev` holds a WebSocket open to each page, so a graceful stop would wait for the whole time limit.
if (!development) stop = () => void finish();
let listeners: readonly NetServer[] = [];
try {
  listeners = await listen(server, listenAddresses, port);
} catch (error) {
  exit(error);
}
for (const listener of [server, ...listeners]) listener.on('error', exit);

function exit(error: unknown): never {
  exitWithReason(error instanceof Error ? error.message : String(error));
}

/** Answers a request under its id, so that every line that is logged meanwhile has it. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const header = request.headers['x-request-id'];
  runWithRequestId(acceptRequestId(typeof header === 'string' ? header : undefined), () => handle(request, response));
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const verdict = app.requestGuard(request, response);
  measure(request, response, verdict);
  if (verdict !== 'admitted') return;
  if (shutdown.isStopping && READY_PATH.test(request.url ?? '')) {
    response.writeHead(503, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify({ status: 'not_ready' }));
    return;
  }
  dropUnreadableNextHeaders(request.headers);
  handleByNext(request, response).catch((error: unknown) => {
    // Without the query: after an OAuth sign-in it contains the authorization code.
    logger.error({ err: error, path: request.url?.split('?', 1)[0] }, 'Unhandled error in the request handler');
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}

/** Shuts down: finishes requests in flight, then provider calls that outlive them, then leases, connections and exports. */
async function finish(): Promise<void> {
  stop = () => {};
  logger.info('Shutting down: finishing requests in flight');
  const { cutOff, isSettled } = await shutDown(
    {
      finishRequests: (timeoutMs) => shutdown.stop(timeoutMs, listeners),
      settleCalls: (timeoutMs) => app.settle(timeoutMs),
      // The export first: it reads the state of the connections.
      closings: [async () => openTelemetry?.shutdown(), () => app.close()],
    },
    { timeoutMs: settings.shutdownTimeoutMs, closeMs: settings.closeTimeoutMs, clock: systemClock },
  );
  const isClean = cutOff === 0 && isSettled;
  if (isClean) logger.info('Shutdown complete');
  else logger.error({ cutOff, isSettled }, 'Shutdown time limit reached: requests or provider calls were cut off');
  process.exit(isClean ? 0 : 1);
}

function settingsOrExit(): Settings {
  try {
    const read = readSettings(process.env, databaseUrlProblems);
    useProxy(read);
    return read;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    exitWithReason(error.message);
  }
}
