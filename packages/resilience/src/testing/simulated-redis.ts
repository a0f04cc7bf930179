import { errors, Redis, type Requester, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import { createInMemoryRedis, type InMemoryRedis, type InMemoryRedisClient } from 'js-redis-server';
import { Listeners } from '../listeners.ts';
import { toCommand } from '../redis/command.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import type { RedisConnection, RedisEvent } from '../redis/types.ts';

const QUIET_TURNS = 5;

/** A Redis in this process that runs real scripts, and that a test makes unavailable. Its clock is `Date.now()`. */
export class SimulatedRedis {
  /** Commands sent by clients, without subscriptions. */
  readonly commands: string[] = [];
  readonly #redis: InMemoryRedis;
  readonly #client: InMemoryRedisClient;
  readonly #connections: Set<SimulatedConnection> = new Set();
  isUp = true;
  #running = 0;
  #losesReply = false;
  #held: Promise<void> | undefined;

  private constructor(redis: InMemoryRedis) {
    this.#redis = redis;
    this.#client = redis.connect();
  }

  static async create(): Promise<SimulatedRedis> {
    return new SimulatedRedis(await createInMemoryRedis());
  }

  connect(transport: 'tcp' | 'rest' = 'tcp'): RedisConnection {
    const connection = new SimulatedConnection(this, this.#redis, transport);
    this.#connections.add(connection);
    return connection;
  }

  async command(name: string, ...args: string[]): Promise<unknown> {
    this.commands.push(name);
    this.#running += 1;
    try {
      const held = this.#held;
      this.#held = undefined;
      const reply = await this.#client.command(name, ...args);
      await held;
      if (this.#losesReply) this.down();
      if (!this.#losesReply) return reply;
      this.#losesReply = false;
      throw new RedisUnavailableError('no answer', { wasSent: true });
    } finally {
      this.#running -= 1;
    }
  }

  /** Resolves when every command is answered, every message is delivered and nothing more follows from them. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet = this.#running === 0 ? quiet + 1 : 0) {
      await new Promise(setImmediate);
    }
  }

  /** Breaks every connection. */
  down(): void {
    this.isUp = false;
    for (const connection of this.#connections) connection.emit({ type: 'lost', reason: 'down' });
  }

  async up(data: 'kept' | 'lost'): Promise<void> {
    if (data === 'lost') await this.#client.command('FLUSHALL');
    this.isUp = true;
    for (const connection of this.#connections) connection.emit({ type: 'ready' });
  }

  /** Runs the next command and loses its reply: Redis seems to be down. */
  loseReply(): void {
    this.#losesReply = true;
  }

  /** Delays the reply of the next command until the returned function is called. */
  holdReply(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  /** Breaks the subscriptions alone. */
  dropSubscriptions(): void {
    for (const connection of this.#connections) connection.setSubscribed(false);
  }

  restoreSubscriptions(): void {
    for (const connection of this.#connections) connection.setSubscribed(true);
  }

  async flush(): Promise<void> {
    await this.#client.command('FLUSHALL');
  }

  close(): void {
    this.#redis.close();
  }
}

class SimulatedConnection implements RedisConnection, Requester {
  readonly client: Redis;
  readonly transport: 'tcp' | 'rest';
  readonly #server: SimulatedRedis;
  readonly #data: InMemoryRedis;
  readonly #listeners: Listeners<RedisEvent> = new Listeners();
  readonly #channels: Map<string, (line: string) => void> = new Map();
  #isSubscribed = true;

  constructor(server: SimulatedRedis, data: InMemoryRedis, transport: 'tcp' | 'rest') {
    this.#server = server;
    this.#data = data;
    this.transport = transport;
    this.client = new Redis(this);
  }

  channelOf(name: string): string {
    return name;
  }

  isReady(): boolean {
    return this.#server.isUp;
  }

  async probe(): Promise<boolean> {
    return this.isReady();
  }

  subscribe(listener: (event: RedisEvent) => void): () => void {
    listener({ type: this.isReady() ? 'ready' : 'lost' });
    return this.#listeners.add(listener);
  }

  onDataLoss(): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    this.#channels.clear();
  }

  emit(event: RedisEvent): void {
    this.#listeners.emit(event);
    this.setSubscribed(event.type === 'ready');
  }

  setSubscribed(isSubscribed: boolean): void {
    this.#isSubscribed = isSubscribed;
    for (const [name, lines] of this.#channels) {
      lines(isSubscribed ? `subscribe,${name},1` : `unsubscribe,${name},0`);
    }
  }

  async request<T>(request: UpstashRequest): Promise<UpstashResponse<T>> {
    if (!this.isReady()) throw new RedisUnavailableError('down', { wasSent: false });
    const [path, channel = ''] = request.path ?? [];
    if (path === 'subscribe') {
      this.#channels.set(channel, request.onMessage ?? (() => {}));
      const subscriber = this.#data.connect();
      request.signal?.addEventListener('abort', () => {
        this.#channels.delete(channel);
        subscriber.close();
      });
      await subscriber.command('SUBSCRIBE', channel);
      void this.#follow(subscriber, channel);
      request.onMessage?.(`subscribe,${channel},1`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the reply is of the type its command expects
      return { result: 1 as T };
    }
    if (path === 'pipeline' && Array.isArray(request.body)) {
      const replies = await Promise.all(request.body.map((body: unknown) => this.#run<unknown>(body)));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the client expects a list of replies
      return replies as UpstashResponse<T>;
    }
    return this.#run(request.body);
  }

  async #run<T>(body: unknown): Promise<UpstashResponse<T>> {
    const [name, ...args] = toCommand(body);
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the reply is of the type its command expects
      return { result: (await this.#server.command(name, ...args)) as T };
    } catch (error) {
      if (error instanceof RedisUnavailableError) throw error;
      throw new errors.UpstashError(String(error), { cause: error });
    }
  }

  async #follow(subscriber: InMemoryRedisClient, channel: string): Promise<void> {
    for await (const push of subscriber.pushes()) {
      const [type, , payload] = Array.isArray(push) ? push : [];
      if (type === 'message' && typeof payload === 'string' && this.#isSubscribed) {
        this.#channels.get(channel)?.(`message,${channel},${payload}`);
      }
    }
  }
}
