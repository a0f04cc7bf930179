import type { RequestListener, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Clock } from '@plantcommunity/resilience';

/** Idle connections stay open this long after the stop began: a proxy that has not noticed may still send on them. */
const IDLE_GRACE_MS = 1_000;
/** How often a stopping server looks for event streams and connections that it can close. */
const SWEEP_MS = 100;
/** Maximum turns of the event loop that accept pending connections before the server stops listening. */
const MAX_ACCEPT_TURNS = 20;
/** The reconnect hint that ends an event stream: the browser reconnects after 1 s, by then to another instance. */
const RECONNECT_HINT = 'retry: 1000\n\n';

export interface GracefulShutdown {
  readonly isStopping: boolean;
  /**
   * Stops the server without losing a request: each answer says `Connection: close`, event streams end with a
   * reconnect hint, idle connections close after a second, and requests in flight are finished.
   * @param listeners other listeners that accept connections for the server
   * @returns how many requests were cut off because they were still in flight after `timeoutMs`
   */
  stop(timeoutMs: number, listeners?: readonly NetServer[]): Promise<{ cutOff: number }>;
}

interface Connection {
  /** Number of requests in flight. */
  inFlight: number;
  idleSince: number;
  /** Bytes at the last sweep: more bytes at the next one mean that a request is arriving. */
  bytesRead: number;
}

/** Passes each request of `server` to `handle`, and tracks connections and requests in flight for a graceful stop. */
export function serveGracefully(server: Server, handle: RequestListener, clock: Clock): GracefulShutdown {
  const connections = new Map<Socket, Connection>();
  const inFlight = new Set<ServerResponse>();
  let accepted = 0;
  let isStopping = false;

  server.on('connection', (socket) => {
    accepted += 1;
    connections.set(socket, { inFlight: 0, idleSince: clock.monotonic(), bytesRead: 0 });
    socket.once('close', () => connections.delete(socket));
  });
  const track: RequestListener = (request, response) => {
    const connection = connections.get(request.socket);
    inFlight.add(response);
    if (connection) connection.inFlight += 1;
    response.once('close', () => {
      inFlight.delete(response);
      if (!connection) return;
      connection.inFlight -= 1;
      connection.idleSince = clock.monotonic();
    });
    if (isStopping) {
      askToClose(response);
      // The next sweep would end a stream that began now.
      if (request.method === 'GET' && request.headers.accept?.includes('text/event-stream')) {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        response.end(RECONNECT_HINT);
        return;
      }
    }
    handle(request, response);
  };
  server.on('request', sequentialPerConnection(track));

  return {
    get isStopping() {
      return isStopping;
    },
    async stop(timeoutMs, listeners = []) {
      isStopping = true;
      const startedAt = clock.monotonic();
      let closed: Promise<'closed'> | undefined;
      const all = [server, ...listeners];
      for (const response of inFlight) askToClose(response);
      for (;;) {
        for (const response of inFlight) if (isEventStream(response)) endEventStream(response);
        const elapsedMs = clock.monotonic() - startedAt;
        if (elapsedMs >= timeoutMs) {
          const cutOff = inFlight.size;
          closed ??= stopListening(all);
          server.closeAllConnections();
          return { cutOff };
        }
        if (elapsedMs >= IDLE_GRACE_MS || connections.size === 0) {
          await afterReading();
          closed ??= stopListening(all);
          closeIdleConnections();
        }
        if ((await Promise.race(closed ? [closed, nextSweep()] : [nextSweep()])) === 'closed') return { cutOff: 0 };
      }
    },
  };

  /**
   * Resolves right after the event loop has read its sockets, once it has accepted every pending connection: closing
   * the listener resets connections that are still in the accept queue, with the requests on them.
   */
  async function afterReading(): Promise<void> {
    for (let turn = 0, before = -1; turn < MAX_ACCEPT_TURNS && accepted !== before; turn += 1) {
      before = accepted;
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  function closeIdleConnections(): void {
    const now = clock.monotonic();
    for (const [socket, connection] of connections) {
      if (socket.bytesRead !== connection.bytesRead) {
        connection.bytesRead = socket.bytesRead;
        connection.idleSince = now;
      }
      if (connection.inFlight === 0 && now - connection.idleSince >= IDLE_GRACE_MS) socket.destroy();
    }
  }

  function nextSweep(): Promise<void> {
    return new Promise((resolve) => clock.setTimeout(resolve, SWEEP_MS));
  }
}

/**
 * Stops listening like `http.Server.close`, which would also close connections whose request is not read yet. Resolves
 * once all connections are closed.
 */
async function stopListening(listeners: readonly NetServer[]): Promise<'closed'> {
  const close = (listener: NetServer) =>
    new Promise((resolve) => NetServer.prototype.close.call(listener, () => resolve(undefined)));
  await Promise.all(listeners.map(close));
  return 'closed';
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

/** Ends the stream. Its source may write once more before it notices: that error is expected and ignored. */
function endEventStream(response: ServerResponse): void {
  response.on('error', () => {});
  response.end(RECONNECT_HINT);
}

/**
 * Passes the requests of a connection to `handle` one after the other. Pipelined requests are answered in their order
 * anyway, but Node would start all of them at once: ten connections of a client that read no answer started 3,000 pages.
 */
export function sequentialPerConnection(handle: RequestListener): RequestListener {
  /** The most recent response of each connection. */
  const latest = new WeakMap<Socket, ServerResponse>();

  return (request, response) => {
    const { socket } = request;
    const previous = latest.get(socket);
    latest.set(socket, response);
    if (previous === undefined || previous.closed) handle(request, response);
    else {
      previous.once('close', () => {
        if (!socket.destroyed) handle(request, response);
      });
    }
  };
}
