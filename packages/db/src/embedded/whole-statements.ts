/** As much of PGlite as its socket server needs for taking turns. */
interface Session {
  isInTransaction(): boolean;
  exec(...parameters: readonly unknown[]): Promise<unknown>;
  execProtocolRawStream(message: Uint8Array, ...rest: readonly unknown[]): Promise<unknown>;
}

/**
 * Parse, Bind, Describe, Execute, Close and Flush: what a client sends of one statement before its Sync, which ends it.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
const WITHIN_STATEMENT = new Set(Array.from('PBDECH', (letter) => letter.charCodeAt(0)));

/**
 * PGlite's socket server lets its clients take turns message by message, and keeps one client's messages together
 * only while that client is in a transaction. All clients share one session, though, with one unnamed statement: when
 * several wait, one could execute what another has just bound. So a statement counts as a transaction until its Sync.
 */
export function keepStatementsWhole<T extends Session>(session: T): T {
  const isInTransaction = session.isInTransaction.bind(session);
  const exec = session.exec.bind(session);
  const execProtocolRawStream = session.execProtocolRawStream.bind(session);
  let withinStatement = false;
  return Object.assign(session, {
    isInTransaction: () => withinStatement || isInTransaction(),
    exec(...parameters: readonly unknown[]) {
      // The server's own ROLLBACK, when a client has left in the middle.
      withinStatement = false;
      return exec(...parameters);
    },
    execProtocolRawStream(message: Uint8Array, ...rest: readonly unknown[]) {
      withinStatement = WITHIN_STATEMENT.has(message[0] ?? 0);
      return execProtocolRawStream(message, ...rest);
    },
  });
}
