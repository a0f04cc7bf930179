import type { UpstashRequest } from '@upstash/redis';

const SUBSCRIBES: ReadonlySet<unknown> = new Set(['subscribe', 'psubscribe']);
const BATCHES: ReadonlySet<unknown> = new Set(['pipeline', 'multi-exec']);

/**
 * Separates the Pub/Sub channels of the databases of one Redis, which keeps keys per database but channels per server.
 * Appends the index of the database to every channel and pattern of a request: as a suffix, so that ACL patterns
 * (`&prefix:*`) still match. Subscribers see the plain names.
 */
export class DatabaseChannels {
  readonly #suffix: string;

  /** @param database index of the connection; 0 over REST */
  constructor(database: number) {
    this.#suffix = `@db${database}`;
  }

  /** Returns the channel name in Redis; for scripts, in whose arguments a client cannot recognize channels. */
  nameOf(channel: string): string {
    return channel + this.#suffix;
  }

  /** Returns the Redis command that grants `user` the permission that is missing according to a refused SUBSCRIBE. */
  grantCommand(user: string, refusal: string): string {
    return `ACL SETUSER ${user} ${refusal.includes('channel') ? `&*${this.#suffix}` : '+subscribe'}`;
  }

  /** Returns the request with its channels, if any, renamed to those of the database. */
  scope(request: UpstashRequest): UpstashRequest {
    if (!request.path) {
      const body = this.#scopeCommand(request.body);
      return body === request.body ? request : { ...request, body };
    }
    const [path, channel = ''] = request.path;
    if (SUBSCRIBES.has(path)) return this.#scopeSubscription(request, String(path), channel);
    if (BATCHES.has(path) && Array.isArray(request.body)) {
      return { ...request, body: request.body.map((command: unknown) => this.#scopeCommand(command)) };
    }
    return request;
  }

  #scopeCommand(body: unknown): unknown {
    if (!Array.isArray(body) || typeof body[0] !== 'string' || body[0].toUpperCase() !== 'PUBLISH') return body;
    return body.map((part: unknown, at) => (at === 1 ? this.nameOf(String(part)) : part));
  }

  #scopeSubscription(request: UpstashRequest, verb: string, channel: string): UpstashRequest {
    const { onMessage } = request;
    const path = [verb, this.nameOf(channel)];
    return onMessage
      ? { ...request, path, onMessage: (line) => onMessage(this.#withPlainName(line, channel)) }
      : { ...request, path };
  }

  /** Restores plain names in a line: `kind,channel,payload`, or `pmessage,pattern,channel,payload`. */
  #withPlainName(line: string, channel: string): string {
    const kind = line.slice(0, line.indexOf(','));
    const head = `${kind},${this.nameOf(channel)},`;
    if (!line.startsWith(head)) return line;
    const rest = line.slice(head.length);
    return `${kind},${channel},${kind === 'pmessage' ? rest.replace(`${this.#suffix},`, ',') : rest}`;
  }
}
