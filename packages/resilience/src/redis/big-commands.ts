import type { Command } from './command.ts';
import { RedisUnavailableError } from './errors.ts';

/** Minimum characters of a big command. */
const LARGE_LENGTH = 16_384;
/** Assumed minimum speed of a connection, in bytes per millisecond (4 Mbit/s); extends the time limits of replies. */
const MIN_BYTES_PER_MS = 500;
/** Maximum characters of big commands in flight on a connection; a single command may be bigger. */
const MAX_IN_FLIGHT = 1_048_576;

/** Limits the big commands in flight on one connection, and extends the time limit of replies that they delay. */
export class LargeCommands {
  #inFlight = 0;

  /** Milliseconds that a reply may take longer than usual now. */
  get delayMs(): number {
    return this.#inFlight / MIN_BYTES_PER_MS;
  }

  /**
   * Counts the commands as in flight.
   * @returns a function to call once, when they end @throws {RedisUnavailableError} when too much is in flight
   */
  begin(commands: readonly Command[]): () => void {
    let size = 0;
    for (const command of commands) for (const part of command) size += part.length;
    if (size < LARGE_LENGTH) return () => {};
    if (this.#inFlight > 0 && this.#inFlight + size > MAX_IN_FLIGHT) {
      throw new RedisUnavailableError('too many large commands are in flight', { wasSent: false });
    }
    this.#inFlight += size;
    return () => {
      this.#inFlight -= size;
    };
  }
}
