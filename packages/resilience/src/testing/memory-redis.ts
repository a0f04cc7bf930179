import { Redis, type Requester, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import type { Clock } from '../clock.ts';
import { type Command, toCommand } from '../redis/command.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import type { RedisConnection } from '../redis/types.ts';

/** GET and SET with PX on a fake clock: enough of Redis for tests of the stored values. */
export class MemoryRedis implements Requester {
  readonly entries: Map<string, { readonly value: string; readonly until: number }> = new Map();
  isDown = false;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  connection(): RedisConnection {
    return {
      client: new Redis(this),
      transport: 'tcp',
      channelOf: (name) => name,
      isReady: () => !this.isDown,
      probe: async () => !this.isDown,
      subscribe: () => () => {},
      onDataLoss: () => () => {},
      close: async () => {},
    };
  }

  async request<T>(request: UpstashRequest): Promise<UpstashResponse<T>> {
    if (this.isDown) throw new RedisUnavailableError('down', { wasSent: false });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the reply is of the type its command expects
    return { result: this.#run(toCommand(request.body)) as T };
  }

  #run([name, key = '', value = '', ...options]: Command): string | null {
    const now = this.#clock.now();
    if (name === 'SET') {
      const px = options.findIndex((option) => option.toUpperCase() === 'PX') + 1;
      this.entries.set(key, { value, until: px ? now + Number(options[px]) : Number.POSITIVE_INFINITY });
      return 'OK';
    }
    const entry = this.entries.get(key);
    return entry && entry.until > now ? entry.value : null;
  }
}
