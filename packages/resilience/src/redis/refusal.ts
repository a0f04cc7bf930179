import { ReplyError } from 'ioredis';

/**
 * Codes of Redis that hold for the whole server, not for one command: a replica (READONLY, MASTERDOWN), a master that
 * lacks memory, disk or replicas (OOM, MISCONF, NOREPLICAS), one that is busy or starting (BUSY, LOADING), a cluster
 * that is incomplete (CLUSTERDOWN), a client that is no longer let in (NOAUTH).
 */
const OF_THE_SERVER: ReadonlySet<string> = new Set(
  'READONLY MASTERDOWN OOM MISCONF NOREPLICAS BUSY LOADING CLUSTERDOWN NOAUTH'.split(' '),
);
/** Codes of one command that others may share: rights that are missing, keys that another node has. */
const OF_A_COMMAND: ReadonlySet<string> = new Set('NOPERM CROSSSLOT MOVED ASK TRYAGAIN'.split(' '));
/** A right that a command of a script lacks, which Redis 7.0 tells without a code. */
const SCRIPT_LACKS_RIGHT = /executing the script can't|ACL failure in script/;
/** Redis 6 quotes the error of a script's command at the end of its own. */
const QUOTING = /^ERR Error running script.*?: ?-(?=[A-Z]{2,}\b)/s;
/** The script, or the command, that differs from refusal to refusal. */
const QUOTED = /,? (?:script: [0-9a-f]{40}, on |command was: ).*$/s;

/** Why Redis refused a command, where that concerns others, too. */
export interface Refusal {
  /** `server`: no command would be carried out. `command`: a sign of life tells whether others are. */
  readonly of: 'server' | 'command';
  readonly cause: string;
}

/** @param message an error that Redis answered; the result is undefined when it concerns that command alone */
export function readRefusal(message: string): Refusal | undefined {
  const cause = causeOf(message);
  const code = /^[A-Z]+\b/.exec(cause)?.[0] ?? '';
  if (OF_THE_SERVER.has(code)) return { of: 'server', cause };
  if (OF_A_COMMAND.has(code) || SCRIPT_LACKS_RIGHT.test(cause)) return { of: 'command', cause };
  return undefined;
}

/** What Redis said, without what it quotes: one cause, one text. */
export function causeOf(message: string): string {
  return message.replace(QUOTED, '').replace(QUOTING, '').trim();
}

/** Whether another node is the master, to which a new connection may lead. */
export function isOfReplica(cause: string): boolean {
  return /^(?:READONLY|MASTERDOWN)\b/.test(cause);
}

/** Whether it was Redis that answered so, over TCP. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}
