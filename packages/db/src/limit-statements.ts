import type { Pool, PoolClient } from 'pg';
import { cancelStatement } from './cancel-statement.ts';
import { startTimeLimit } from './time-limit.ts';

/** Longest statement, in milliseconds: a request that waits for one is answered within 5 s. */
const STATEMENT_TIMEOUT_MS = 4_000;
/** Longest wait for the end of a cancelled statement, in milliseconds. */
const CANCEL_MS = 400;
/**
 * Begins a transaction that the server ends when this process cannot, because it or the network hangs. The limits
 * belong to the transaction, not to the session, whose settings a transaction pooler would give to another client.
 */
const BEGIN = [
  'BEGIN',
  'SET LOCAL statement_timeout = 6000',
  'SET LOCAL idle_in_transaction_session_timeout = 15000',
].join('; ');

/**
 * Cancels a statement that takes too long, and ends its connection if the server does not react to that either. The
 * connection stays until then, since a pooler in front knows a statement by its client. Also ends a connection that is
 * released while a statement still runs or a transaction is open: its next user would run inside that transaction.
 */
export function limitStatements(pool: Pool): void {
  /** Number of running statements by connection. */
  const running = new WeakMap<object, number>();

  function watch(client: PoolClient): void {
    const send: unknown = Reflect.get(client, 'query');
    if (typeof send !== 'function') return;
    const started = (): (() => void) => {
      running.set(client, (running.get(client) ?? 0) + 1);
      let ending: NodeJS.Timeout | undefined;
      const stop = startTimeLimit(STATEMENT_TIMEOUT_MS, () => {
        void cancelStatement(client);
        ending = setTimeout(() => void client.end(), CANCEL_MS);
      });
      return () => {
        stop();
        clearTimeout(ending);
        running.set(client, (running.get(client) ?? 0) - 1);
      };
    };
    Object.assign(client, {
      query(...given: unknown[]): unknown {
        const ended = started();
        const parameters = withLimits(given);
        const callback = parameters.at(-1);
        if (typeof callback === 'function') {
          const wrapped = (...result: unknown[]): void => {
            ended();
            Reflect.apply(callback, undefined, result);
          };
          const result: unknown = Reflect.apply(send, client, [...parameters.slice(0, -1), wrapped]);
          return result;
        }
        const result: unknown = Reflect.apply(send, client, parameters);
        if (result instanceof Promise) result.then(ended, ended);
        return result;
      },
    });
  }

  pool.on('connect', watch);
  pool.on('release', (_error, client) => {
    if ((running.get(client) ?? 0) > 0) {
      void cancelStatement(client);
      // Ends at once, so that the pool notices.
      void client.end();
    } else if (client.getTransactionStatus() !== 'I') void client.end();
  });
}

/** Adds the limits to the statement by which the adapter begins a transaction. */
function withLimits(parameters: unknown[]): unknown[] {
  const [query, ...rest] = parameters;
  const isBegin = typeof query === 'object' && query !== null && Reflect.get(query, 'text') === 'BEGIN';
  return isBegin ? [{ ...query, text: BEGIN }, ...rest] : parameters;
}
