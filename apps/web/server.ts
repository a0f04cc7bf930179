// Entry point of the web process: runs Next behind our own HTTP server, which checks each request and shuts down
// gracefully.
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
 * Milliseconds for a whole request and for its headers. An upload may take 10 minutes while data keeps arriving; its
 * reader ends a stalled one. Node's default of 5 minutes would cut long uploads.
 */
const TIME_LIMITS = { requestTimeout: 11 * 60_000, headersTimeout: 60_000 };
/** Minimum time to close the container (calls, leases, connections) when requests have used up the time limit. */
const LEAST_CLOSE_MS = 1_000;
const READY_PATH = /^\/api\/health\/ready\/?(\?|$)/;

// Until the server listens there is nothing to finish: a signal ends the process at once.
let stop = (): void => process.exit(0);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop());
endWithLauncher();

const settings = settingsOrExit();
const { host, port } = settings;
const development = process.env.NODE_ENV !== 'production';
const logger = createLogger({ level: settings.logLevel });
if (!development) logConsoleAsJson(logger);

// By default Node itself answers requests without a Host or with an Expect header, without our response headers.
const server = createServer({ requireHostHeader: false, ...TIME_LIMITS });
server.on('checkExpectation', (request, response) => server.emit('request', request, response));
// Only `next dev` uses WebSocket. In production Next attaches its upgrade listener to a server that never listens: a
// server without such a listener handles an upgrade like any other request.
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
// `next dev` holds a WebSocket open to each page, so a graceful stop would wait for the whole time limit.
if (!development) stop = () => void finish();
server.on('error', (error) => {
  process.stderr.write(`Cannot listen on port ${port} of ${host}: ${error.message}\n`);
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
    // Without the query: after an OAuth sign-in it contains the authorization code.
    logger.error({ err: error, path: request.url?.split('?', 1)[0] }, 'Unhandled error in the request handler');
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}

/** Shuts down: requests in flight first, then provider calls that outlive them, then leases and connections. */
async function finish(): Promise<void> {
  stop = () => {};
  const startedAt = systemClock.monotonic();
  const leftMs = () => settings.shutdownTimeoutMs - (systemClock.monotonic() - startedAt);
  logger.info('Shutting down: finishing requests in flight');
  const { cutOff } = await shutdown.stop(settings.shutdownTimeoutMs);
  const isSettled = await parts.close(Math.max(LEAST_CLOSE_MS, leftMs()));
  const isClean = cutOff === 0 && isSettled;
  if (isClean) logger.info('Shutdown complete');
  else logger.error({ cutOff, isSettled }, 'Shutdown time limit reached: requests or provider calls were cut off');
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
