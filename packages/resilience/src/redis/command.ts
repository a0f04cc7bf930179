import { errors } from '@upstash/redis';
import { RedisUnavailableError } from './errors.ts';

/** Commands that change or block the one connection that all callers share. */
const REFUSED_COMMANDS: ReadonlySet<string> = new Set(
  [
    'BLPOP BRPOP BLMOVE BRPOPLPUSH BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF',
    'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR',
    'MULTI EXEC DISCARD WATCH UNWATCH SELECT AUTH HELLO RESET QUIT SHUTDOWN',
  ].flatMap((names) => names.split(' ')),
);
const STREAM_READS: ReadonlySet<string> = new Set(['XREAD', 'XREADGROUP']);

/** A Redis command: its name in capitals, then its arguments. */
export type Command = readonly [name: string, ...args: string[]];

/** @throws {errors.UpstashError} when the body is no command, or one that may not run on a shared connection */
export function toCommand(body: unknown): Command {
  if (!Array.isArray(body) || typeof body[0] !== 'string') throw new errors.UpstashError('ERR not a command');
  // ioredis reshapes the reply of a command whose name is in lower case.
  const name = body[0].toUpperCase();
  const args = body.slice(1).map((arg: unknown) => {
    // Over HTTP, JSON would turn undefined into null, and the text "null" would be stored.
    if (arg === undefined || arg === null) throw new errors.UpstashError(`ERR ${name} with an argument that is ${arg}`);
    // oxlint-disable-next-line typescript/no-base-to-string -- the client has serialized objects already
    return String(arg);
  });
  const blocks = STREAM_READS.has(name) && args.some((arg) => arg.toUpperCase() === 'BLOCK');
  if (REFUSED_COMMANDS.has(name) || blocks)
    throw new errors.UpstashError(`ERR ${name} is refused on a shared connection`);
  return [name, ...args];
}

/** Minimum characters of a large command. Characters, as counting bytes would cost every command more. */
const LARGE_LENGTH = 16_384;
/** Assumed minimum speed of a connection (4 Mbit/s with one byte a character); extends the time limits of replies. */
const MIN_CHARACTERS_PER_MS = 500;
/** Maximum characters of large commands in flight on a connection; a single command may be larger. */
const MAX_IN_FLIGHT = 1_048_576;

/** Limits the large commands in flight on one connection, and extends the time limit of replies that they delay. */
export class LargeCommands {
  #inFlight = 0;

  /** Milliseconds that a reply may take longer than usual now. */
  get delayMs(): number {
    return this.#inFlight / MIN_CHARACTERS_PER_MS;
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
