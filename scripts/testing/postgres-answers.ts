import { connect, type NetConnectOpts } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../launcher/start-error.ts';

const START_MS = 60_000;
const POLL_MS = 50;
/** Asks whether the server speaks TLS; one that accepts connections answers with a single letter. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Waits until a PostgreSQL accepts connections on its socket. */
export async function postgresAnswers(socket: string): Promise<void> {
  const start = performance.now();
  while (!(await answersOn({ path: socket }))) {
    if (performance.now() - start > START_MS) throw new StartError('PostgreSQL did not start.');
    await sleep(POLL_MS);
  }
}

/** Whether a PostgreSQL, or a pooler in front of one, accepts connections there. */
export function answersOn(place: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(place);
    connection.once('connect', () => connection.write(SSL_REQUEST));
    connection.once('data', () => {
      resolve(true);
      connection.destroy();
    });
    connection.once('error', () => resolve(false));
    connection.once('close', () => resolve(false));
  });
}
