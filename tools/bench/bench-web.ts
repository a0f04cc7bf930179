import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.ts';
import type { ProcessGroup } from '../start/process-group.ts';
import { buildWeb, ensureGenerated } from '../start/web-build.ts';

/** As deep below the root as apps/web, whose configuration counts on that. */
const FOLDER = join(root, 'bench-results/web');

const NOT_COPIED = new Set(['node_modules', '.next']);

/**
 * A build of the web app with one route more than the product has: the floor that an upload is measured against.
 * @returns its folder
 */
export async function buildBenchWeb(group: ProcessGroup, say: (text: string) => void): Promise<string> {
  const web = join(root, 'apps/web');
  rmSync(FOLDER, { recursive: true, force: true });
  cpSync(web, FOLDER, { recursive: true, filter: (path) => !NOT_COPIED.has(path.slice(web.length + 1)) });
  symlinkSync(join(web, 'node_modules'), join(FOLDER, 'node_modules'));
  const route = join(FOLDER, 'src/app/api/bare');
  mkdirSync(route, { recursive: true });
  cpSync(join(root, 'tools/bench/bare-route.ts'), join(route, 'route.ts'));
  const options = { root, say, group };
  await ensureGenerated(options);
  say('Building the app with the bare route ...');
  await buildWeb(options, FOLDER);
  return FOLDER;
}
