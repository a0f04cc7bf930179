import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { Clock } from '@plantcommunity/resilience';

/** How long idle connections stay open after the stop began: a proxy that has not noticed it still sends on them. */
const IDLE_GRACE_MS = 1_000;
/** How often a stopping server looks for event streams and connections that it can close. */
const SWEEP_MS = 100;
/** The reconnect hint of an event stream: a browser comes back after this long, by then to another instance. */
const RECONNECT_HINT = 'retry: 1000\n\n';

export interface GracefulShutdown {
  readonly isStopping: boolean;
  /**
   * Stops the server without losing a request: each answer says `Connection: close`, event streams end with a
   * reconnect hint, idle connections close after a second, and requests in work are finished.
   * @returns how many requests were cut off because they were in work for longer than `timeoutMs`
   */
  stop(timeoutMs: number): Promise<{ cutOff: number }>;
}

/** Hands each request of `server` to `handle`, and keeps count of what is in work for the day it has to stop. */
export function serveGracefully(server: Server, handle: RequestListener, clock: Clock): GracefulShutdown {
  const inWork = new Set<ServerResponse>();
  let connections = 0;
  let isStopping = false;

  server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
    });
  });
  server.on('request', (request, response) => {
    inWork.add(response);
    response.once('close', () => inWork.delete(response));
    if (isStopping) {
      askToClose(response);
      // A stream that begins now would end at the next sweep.
      if (request.headers.accept?.includes('text/event-stream')) {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        response.end(RECONNECT_HINT);
        return;
      }
    }
    handle(request, response);
  });

  return {
    get isStopping() {
      return isStopping;
    },
    async stop(timeoutMs) {
      isStopping = true;
      const startedAt = clock.monotonic();
      const closed = Promise.withResolvers<'closed'>();
      let isClosing = false;
      for (const response of inWork) askToClose(response);
      for (;;) {
        for (const response of inWork) if (isEventStream(response)) endEventStream(response);
        const elapsedMs = clock.monotonic() - startedAt;
        if (!isClosing && (elapsedMs >= IDLE_GRACE_MS || connections === 0)) {
          isClosing = true;
          server.close(() => closed.resolve('closed'));
        }
        // An answer that began before the stop did not say that its connection closes.
        if (isClosing) server.closeIdleConnections();
        if (elapsedMs >= timeoutMs) {
          const cutOff = inWork.size;
          server.closeAllConnections();
          return { cutOff };
        }
        if ((await Promise.race([closed.promise, nextSweep()])) === 'closed') return { cutOff: 0 };
      }
    },
  };

  function nextSweep(): Promise<void> {
    return new Promise((resolve) => clock.setTimeout(resolve, SWEEP_MS));
  }
}

function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

function isEventStream(response: ServerResponse): boolean {
  const type = response.getHeader('content-type');
  return (
    response.headersSent && !response.writableEnded && typeof type === 'string' && type.startsWith('text/event-stream')
  );
}

/** The source of the stream may write once more before it learns that the stream is closed: that error is expected. */
function endEventStream(response: ServerResponse): void {
  response.on('error', () => {});
  response.end(RECONNECT_HINT);
}
