import { errors, Redis, type Requester, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import { createInMemoryRedis, type InMemoryRedis, type InMemoryRedisClient } from 'js-redis-server';
import { Listeners } from '../listeners.ts';
import { toCommand } from '../redis/command.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import type { RedisConnection, RedisEvent } from '../redis/types.ts';

const QUIET_TURNS = 5;

/** A Redis in this process that runs real scripts, goes away and comes back at a word. Its clock is `Date.now()`. */
export class SimulatedRedis {
  /** Commands sent by clients, subscriptions not counted. */
  readonly commands: string[] = [];
  readonly #redis: InMemoryRedis;
  readonly #client: InMemoryRedisClient;
  readonly #connections: Set<SimulatedConnection> = new Set();
  isUp = true;
  #running = 0;
  #losesAnswer = false;
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
      if (this.#losesAnswer) this.down();
      if (!this.#losesAnswer) return reply;
      this.#losesAnswer = false;
      throw new RedisUnavailableError('no answer', { wasSent: true });
    } finally {
      this.#running -= 1;
    }
  }

  /** Until every command is answered and every message delivered, and nothing follows from them any more. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet = this.#running === 0 ? quiet + 1 : 0) {
      await new Promise(setImmediate);
    }
  }

  /** Every connection breaks. */
  down(): void {
    this.isUp = false;
    for (const connection of this.#connections) connection.tell({ type: 'lost', reason: 'down' });
  }

  async up(data: 'kept' | 'lost'): Promise<void> {
    if (data === 'lost') await this.#client.command('FLUSHALL');
    this.isUp = true;
    for (const connection of this.#connections) connection.tell({ type: 'ready' });
  }

  /** The next command runs, and its answer never comes: Redis seems to be down. */
  loseAnswer(): void {
    this.#losesAnswer = true;
  }

  /** Delays the reply of the next command until the returned function is called. */
  holdAnswer(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  /** Subscriptions alone break. */
  deafen(): void {
    for (const connection of this.#connections) connection.hear(false);
  }

  hearAgain(): void {
    for (const connection of this.#connections) connection.hear(true);
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
  #hears = true;

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

  tell(event: RedisEvent): void {
    this.#listeners.emit(event);
    this.hear(event.type === 'ready');
  }

  hear(hears: boolean): void {
    this.#hears = hears;
    for (const [name, lines] of this.#channels) {
      lines(hears ? `subscribe,${name},1` : `unsubscribe,${name},0`);
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
    const [name, ...args] = toCommand(request.body);
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
      const [kind, , payload] = Array.isArray(push) ? push : [];
      if (kind === 'message' && typeof payload === 'string' && this.#hears) {
        this.#channels.get(channel)?.(`message,${channel},${payload}`);
      }
    }
  }
}
