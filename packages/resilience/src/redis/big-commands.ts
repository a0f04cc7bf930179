import type { Command } from './command.ts';
import { RedisUnavailableError } from './redis-unavailable.ts';

/** Minimum characters of a big command. */
const BIG = 16_384;
/** Assumed minimum speed of a connection, in bytes per millisecond (4 Mbit/s); extends the time limits of replies. */
const SLOWEST_RATE = 500;
/** Maximum characters of big commands in flight on a connection; a single command may be bigger. */
const MOST_UNDER_WAY = 1_048_576;

/** Limits the big commands in flight on one connection, and extends the time limit of replies that they delay. */
export class BigCommands {
  #underWay = 0;

  /** Milliseconds that a reply may take longer than usual now. */
  get delayMs(): number {
    return this.#underWay / SLOWEST_RATE;
  }

  /**
   * Counts the commands as in flight.
   * @returns a function to call once, when they end @throws {RedisUnavailableError} when too much is in flight
   */
  begin(commands: readonly Command[]): () => void {
    let size = 0;
    for (const command of commands) for (const part of command) size += part.length;
    if (size < BIG) return () => {};
    if (this.#underWay > 0 && this.#underWay + size > MOST_UNDER_WAY) {
      throw new RedisUnavailableError('too many large commands are in flight', { wasSent: false });
    }
    this.#underWay += size;
    return () => {
      this.#underWay -= size;
    };
  }
}
