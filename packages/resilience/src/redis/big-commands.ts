import type { Command } from './command.ts';
import { RedisUnavailableError } from './redis-unavailable.ts';

/** From so many characters on a command has a budget of its own. */
const BIG = 16_384;
/** Bytes a millisecond (4 Mbit/s) that a connection carries at least: what waits behind big commands is not late. */
const SLOWEST_RATE = 500;
/** Characters of big commands under way at once on a connection; one command may be bigger, alone. */
const MOST_UNDER_WAY = 1_048_576;

/** Big commands under way on one connection: more than their share are refused, and what they delay has more time. */
export class BigCommands {
  #underWay = 0;

  /** How much longer than usual a reply may take now. */
  get delayMs(): number {
    return this.#underWay / SLOWEST_RATE;
  }

  /**
   * Counts the commands while they are under way.
   * @returns the end, to be called once @throws {RedisUnavailableError} when too much is under way
   */
  begin(commands: readonly Command[]): () => void {
    let size = 0;
    for (const command of commands) for (const part of command) size += part.length;
    if (size < BIG) return () => {};
    if (this.#underWay > 0 && this.#underWay + size > MOST_UNDER_WAY) {
      throw new RedisUnavailableError('too many big commands are under way', { wasSent: false });
    }
    this.#underWay += size;
    return () => {
      this.#underWay -= size;
    };
  }
}
