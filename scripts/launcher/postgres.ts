import { service } from './child.ts';
import type { Crew } from './crew.ts';
import { hire, message, type Service } from './service.ts';

/** PGlite on a socket in `socketFolder`; in memory when there is no data folder. */
export async function startPostgres(
  crew: Crew,
  socketFolder: string,
  dataFolder: string | undefined,
): Promise<Service> {
  const command = service('pglite', dataFolder ?? 'memory', socketFolder);
  const child = hire(crew, { name: 'PostgreSQL', command });
  await message(child, 'listening');
  const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}`;
  return { child, url, label: 'PGlite' };
}
