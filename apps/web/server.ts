// The web process: Next behind our own HTTP server, which guards each request, and stops without losing one.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { systemClock } from '@plantcommunity/resilience';
import { readSettings, type Settings, SettingsError } from '@plantcommunity/settings';
import { createLogger } from '@plantcommunity/telemetry';
import next from 'next';
import { container } from './src/server/container.ts';
import { serveGracefully } from './src/server/graceful-shutdown.ts';
import { logConsoleAsJson } from './src/server/json-console.ts';
import { endWithLauncher } from './src/server/launcher.ts';
import { dropUnreadableNextHeaders } from './src/server/next-headers.ts';

/**
 * Milliseconds for a whole request and for its headers. An upload that moves may take 10 minutes, and its reader ends
 * one that does not; Node's own 5 minutes would cut it.
 */
const TIME_LIMITS = { requestTimeout: 11 * 60_000, headersTimeout: 60_000 };
/** What the parts of the process get for their own end when requests have used up the time limit. */
const LEAST_CLOSE_MS = 1_000;
const READY_PATH = /^\/api\/health\/ready\/?(\?|$)/;

// Until there is something to finish, the process ends at once.
let stop = (): void => process.exit(0);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop());
endWithLauncher();

const settings = settingsOrExit();
const { host, port } = settings;
const development = process.env.NODE_ENV !== 'production';
const logger = createLogger({ level: settings.logLevel });
if (!development) logConsoleAsJson(logger);

// Node would answer requests without a host, or with an expectation, by itself and without our headers.
const server = createServer({ requireHostHeader: false, ...TIME_LIMITS });
server.on('checkExpectation', (request, response) => server.emit('request', request, response));
// Only `next dev` speaks WebSocket. In production Next's listener for it is put on a server that nothing connects to:
// without one Node takes an upgrade for any other request.
const upgrades = development ? server : createServer();
const app = next({
  dev: development,
  dir: import.meta.dirname,
  hostname: host,
  port,
  quiet: true,
  httpServer: upgrades,
});
await app.prepare();
const handle = app.getRequestHandler();
const parts = await container();

const shutdown = serveGracefully(server, answer, systemClock);
// `next dev` holds a WebSocket to each page: there is nothing in work that is worth waiting for.
if (!development) stop = () => void finish();
server.on('error', (error) => {
  process.stderr.write(`The port ${port} on ${host} cannot be served: ${error.message}\n`);
  process.exit(1);
});
server.listen(port, host);

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (parts.frontDoor(request, response) === 'answered') return;
  if (shutdown.isStopping && READY_PATH.test(request.url ?? '')) {
    response.writeHead(503, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify({ status: 'not_ready' }));
    return;
  }
  dropUnreadableNextHeaders(request.headers);
  handle(request, response).catch((error: unknown) => {
    // Without the query: behind a sign-in over another service it holds a code.
    logger.error({ err: error, path: request.url?.split('?', 1)[0] }, 'A request failed outside of the app');
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}

/** Requests first, then the calls that go on without them, then what both needed. */
async function finish(): Promise<void> {
  stop = () => {};
  const startedAt = systemClock.monotonic();
  const leftMs = () => settings.shutdownTimeoutMs - (systemClock.monotonic() - startedAt);
  logger.info('Stopping: requests in work are finished, new ones are sent elsewhere');
  const { cutOff } = await shutdown.stop(settings.shutdownTimeoutMs);
  const isSettled = await parts.close(Math.max(LEAST_CLOSE_MS, leftMs()));
  const isClean = cutOff === 0 && isSettled;
  if (isClean) logger.info('Stopped');
  else logger.error({ cutOff, isSettled }, 'Stopped at the time limit: requests or calls in work were cut off');
  process.exit(isClean ? 0 : 1);
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
