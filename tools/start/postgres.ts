import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, service } from './child.ts';
import type { ProcessGroup } from './process-group.ts';
import { type Service, spawnInto, startMessage } from './process-group.ts';
import { ShutdownRequested } from './shutdown-signal.ts';
import { StartError } from './start-error.ts';

/** Time after a failure in which the end of PostgreSQL may turn out to be its cause. */
const NOTICE_MS = 500;

/** Starts PGlite on a socket in `socketFolder`; in memory when there is no data folder. @throws {StartError} */
export async function startPostgres(
  group: ProcessGroup,
  socketFolder: string,
  dataFolder: string | undefined,
): Promise<Service> {
  const command = service('pglite', dataFolder ?? 'memory', socketFolder);
  const child = spawnInto(group, { name: 'PostgreSQL', command });
  const failure = await startMessage(child, 'listening').then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure !== undefined) {
    await Promise.race([child.exited, sleep(NOTICE_MS)]);
    if (child.isRunning()) throw failure;
    throw new StartError(
      `The embedded PostgreSQL did not start: it ${endingOf(child)}.\n` +
        `With enough disk and memory, start again. If its data in ${dataFolder ?? 'memory'} are damaged, put a copy of ` +
        'that folder back, or move it away: the next start makes an empty database.',
    );
  }
  const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}`;
  return { child, url, label: 'PGlite' };
}

/**
 * Waits for work that needs the embedded PostgreSQL. If PostgreSQL ends, the error says so, even if processes that
 * depend on it fail first.
 */
export async function whilePostgresRuns<T>(postgres: Service | undefined, work: Promise<T>): Promise<T> {
  if (!postgres) return work;
  const { child } = postgres;
  const end = child.exited.then((): never => {
    throw endOf(postgres);
  });
  try {
    return await Promise.race([work, end]);
  } catch (error) {
    if (error instanceof ShutdownRequested) throw error;
    await Promise.race([child.exited, sleep(NOTICE_MS)]);
    throw child.isRunning() ? error : endOf(postgres);
  }
}

function endOf({ child }: Service): StartError {
  return new StartError(
    `The embedded PostgreSQL ended: it ${endingOf(child)}. Without it there is nothing to serve.\n` +
      'Its data are kept: npm start starts it again. DATABASE_URL uses a PostgreSQL of your own instead.',
  );
}

function endingOf(child: Child): string {
  const ending = child.ending();
  return ending.endsWith('SIGKILL') ? `${ending}, as the system does when memory runs out` : ending;
}
