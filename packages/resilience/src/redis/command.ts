import { errors } from '@upstash/redis';

/** These change or block the one connection that everybody shares. */
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

/** @throws {errors.UpstashError} when the body is no command, or none that may run on a shared connection */
export function toCommand(body: unknown): Command {
  if (!Array.isArray(body) || typeof body[0] !== 'string') throw new errors.UpstashError('ERR not a command');
  // ioredis reshapes the reply of a command whose name is in lower case.
  const name = body[0].toUpperCase();
  const args = body.slice(1).map((arg: unknown) => {
    // Over HTTP JSON would have made undefined null, and the text "null" would be stored.
    if (arg === undefined || arg === null) throw new errors.UpstashError(`ERR ${name} with an argument that is ${arg}`);
    // oxlint-disable-next-line typescript/no-base-to-string -- the client has made text of objects already
    return String(arg);
  });
  const blocks = STREAM_READS.has(name) && args.some((arg) => arg.toUpperCase() === 'BLOCK');
  if (REFUSED_COMMANDS.has(name) || blocks)
    throw new errors.UpstashError(`ERR ${name} is refused on a shared connection`);
  return [name, ...args];
}
