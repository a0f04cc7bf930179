import { performance } from 'node:perf_hooks';
import { Redis as IORedis } from 'ioredis';

const CHANNEL = 'bench:wake';

/** Measures the least time to wake a waiter over Redis: one message from one connection to another. */
export class WakeFloor {
  readonly #publisher: IORedis;
  readonly #subscriber: IORedis;

  private constructor(url: string) {
    this.#publisher = new IORedis(url);
    this.#subscriber = new IORedis(url);
  }

  static async open(url: string): Promise<WakeFloor> {
    const floor = new WakeFloor(url);
    await floor.#subscriber.subscribe(CHANNEL);
    return floor;
  }

  /** @returns milliseconds from sending to receiving */
  readonly sample = async (): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#subscriber.once('message', () => resolve(performance.now()));
    const sentAt = performance.now();
    await this.#publisher.publish(CHANNEL, '');
    return (await promise) - sentAt;
  };

  [Symbol.dispose](): void {
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }
}
