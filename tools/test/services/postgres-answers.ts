import { connect, type NetConnectOpts } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../start/start-error.ts';

const START_MS = 60_000;
const POLL_MS = 50;
/** The code of the error with which PostgreSQL refuses a session while it starts (cannot_connect_now). */
const STILL_STARTING = '57P03';

/** Asks for a session by protocol 3.0. The server answers with a request to authenticate, or with an error. */
const STARTUP = startupMessage({ user: 'postgres', database: 'postgres' });

function startupMessage(parameters: Record<string, string>): Buffer {
  const body = Buffer.from(`\0\x03\0\0${Object.entries(parameters).flat().join('\0')}\0\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + length.length);
  return Buffer.concat([length, body]);
}

/** Waits until a PostgreSQL accepts sessions on its socket. */
export async function postgresAnswers(socket: string): Promise<void> {
  const start = performance.now();
  while (!(await answersOn({ path: socket }))) {
    if (performance.now() - start > START_MS) throw new StartError('PostgreSQL did not start.');
    await sleep(POLL_MS);
  }
}

/** Whether a PostgreSQL, or a pooler in front of one, accepts sessions there. */
export function answersOn(place: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(place);
    connection.once('connect', () => connection.write(STARTUP));
    connection.once('data', (reply) => {
      resolve(!reply.includes(STILL_STARTING));
      connection.destroy();
    });
    connection.once('error', () => resolve(false));
    connection.once('close', () => resolve(false));
  });
}
