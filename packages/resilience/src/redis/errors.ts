import { ReplyError } from 'ioredis';
import { ResilienceError } from '../errors.ts';

/** Redis did not answer in time or is not connected. */
export class RedisUnavailableError extends ResilienceError {
  override readonly name = 'RedisUnavailableError';
  /** Whether the command was sent: it may have run, or may still run when Redis wakes. */
  readonly wasSent: boolean;
  /** Whether this process has closed the connection: no later command will succeed. */
  readonly isClosed: boolean;

  constructor(
    reason: string,
    options: { readonly wasSent: boolean; readonly isClosed?: boolean; readonly cause?: unknown },
  ) {
    super('redis_unavailable', `Redis is unavailable: ${reason}`, { cause: options.cause });
    this.wasSent = options.wasSent;
    this.isClosed = options.isClosed ?? false;
  }
}

/** Returns a short text for people. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to a name with several addresses has an empty message.
  return error.message || ('code' in error ? String(error.code) : error.name);
}

/**
 * Error codes that concern the whole server, not one command: a replica (READONLY, MASTERDOWN), a master without
 * memory, disk or replicas (OOM, MISCONF, NOREPLICAS), a busy or starting server (BUSY, LOADING), an incomplete cluster
 * (CLUSTERDOWN), a client that is no longer authenticated (NOAUTH).
 */
const SERVER_CODES: ReadonlySet<string> = new Set(
  'READONLY MASTERDOWN OOM MISCONF NOREPLICAS BUSY LOADING CLUSTERDOWN NOAUTH'.split(' '),
);
/** Error codes of one command that may concern others, too: missing permissions, keys on another node. */
const COMMAND_CODES: ReadonlySet<string> = new Set('NOPERM CROSSSLOT MOVED ASK TRYAGAIN'.split(' '));
/** A missing permission of a command in a script, which Redis 7.0 reports without a code. */
const SCRIPT_PERMISSION_ERROR = /executing the script can't|ACL failure in script/;
/** A used-up quota of commands at Upstash, over REST and TCP: every command is refused. Numbers that change follow it. */
const QUOTA_ERROR = /^ERR max (?:daily request|requests) limit exceeded/;
/** Redis 6 quotes the error of a script's command at the end of its own. */
const SCRIPT_ERROR_PREFIX = /^ERR Error running script.*?: ?-(?=[A-Z]{2,}\b)/s;
/** The quoted script or command, which differs between replies with the same cause. */
const QUOTED_COMMAND = /,? (?:script: [0-9a-f]{40}, on |command was: ).*$/s;

/** An error reply that may concern other commands, too. */
export interface ErrorReply {
  /** `server`: Redis refuses all commands. `command`: a probe shows whether it accepts others. */
  readonly scope: 'server' | 'command';
  readonly cause: string;
}

/** Parses an error reply. Returns undefined when the error concerns its command only. */
export function parseErrorReply(message: string): ErrorReply | undefined {
  const cause = errorCauseOf(message);
  const code = /^[A-Z]+\b/.exec(cause)?.[0] ?? '';
  if (SERVER_CODES.has(code) || QUOTA_ERROR.test(cause)) return { scope: 'server', cause };
  if (COMMAND_CODES.has(code) || SCRIPT_PERMISSION_ERROR.test(cause)) return { scope: 'command', cause };
  return undefined;
}

/** Returns the error without what differs between replies with the same cause: one text per cause. */
export function errorCauseOf(message: string): string {
  const quota = QUOTA_ERROR.exec(message)?.[0];
  return quota ?? message.replace(QUOTED_COMMAND, '').replace(SCRIPT_ERROR_PREFIX, '').trim();
}

/** Whether the error says that this node is a replica: a new connection may lead to the master. */
export function isReplicaError(cause: string): boolean {
  return /^(?:READONLY|MASTERDOWN)\b/.test(cause);
}

/** Whether the error is an error reply of Redis, over TCP. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}
