/** The part of PGlite that its socket server uses to schedule clients. */
interface Session {
  isInTransaction(): boolean;
  exec(...parameters: readonly unknown[]): Promise<unknown>;
  execProtocolRawStream(message: Uint8Array, ...rest: readonly unknown[]): Promise<unknown>;
}

/**
 * Parse, Bind, Describe, Execute, Close and Flush: the messages of one statement before the Sync that ends it.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
const STATEMENT_MESSAGES = new Set(Array.from('PBDECH', (letter) => letter.charCodeAt(0)));

/**
 * Makes PGlite's socket server finish one client's statement before the next client's. The server schedules clients message
 * by message, unless one is in a transaction. But all clients share one session with one unnamed statement, so one client
 * could execute the statement that another has just bound. Therefore a statement counts as a transaction until its Sync.
 */
export function serializeStatements<T extends Session>(session: T): T {
  const isInTransaction = session.isInTransaction.bind(session);
  const exec = session.exec.bind(session);
  const execProtocolRawStream = session.execProtocolRawStream.bind(session);
  let withinStatement = false;
  return Object.assign(session, {
    isInTransaction: () => withinStatement || isInTransaction(),
    exec(...parameters: readonly unknown[]) {
      // The server's own ROLLBACK, after a client disconnected within a statement.
      withinStatement = false;
      return exec(...parameters);
    },
    execProtocolRawStream(message: Uint8Array, ...rest: readonly unknown[]) {
      withinStatement = STATEMENT_MESSAGES.has(message[0] ?? 0);
      return execProtocolRawStream(message, ...rest);
    },
  });
}
