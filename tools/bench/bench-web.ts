import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../root.ts';
import type { ProcessGroup } from '../start/process-group.ts';
import { buildWeb, ensureGenerated } from '../start/web-build.ts';

/** As deep below the root as apps/web, whose configuration counts on that. */
const FOLDER = join(root, 'bench-results/web');

const NOT_COPIED = new Set(['node_modules', '.next']);

/** Files of this folder that the build has beside or instead of those of the web app. */
const ADDED = {
  'bare-route.ts': 'src/app/api/bare/route.ts',
  'file-logger.ts': 'src/server/app-logger.ts',
  'event-loop-route.ts': 'src/app/api/event-loop/route.ts',
  'processor-time-route.ts': 'src/app/api/processor-time/route.ts',
  'optional-metrics.ts': 'src/server/app-metrics.ts',
};

/**
 * A build of the web app with three routes more than the product has: a floor for uploads, and two that tell how long the
 * event loop was blocked and how much time of a processor was used. It comes with metrics that can be left out, and with a log in a file of DATA_DIR.
 * @returns its folder
 */
export async function buildBenchWeb(group: ProcessGroup, say: (text: string) => void): Promise<string> {
  const web = join(root, 'apps/web');
  rmSync(FOLDER, { recursive: true, force: true });
  cpSync(web, FOLDER, { recursive: true, filter: (path) => !NOT_COPIED.has(path.slice(web.length + 1)) });
  symlinkSync(join(web, 'node_modules'), join(FOLDER, 'node_modules'));
  for (const [file, target] of Object.entries(ADDED)) {
    mkdirSync(dirname(join(FOLDER, target)), { recursive: true });
    cpSync(join(root, 'tools/bench', file), join(FOLDER, target));
  }
  const options = { root, say, group };
  await ensureGenerated(options);
  say('Building the app with what the bench adds ...');
  await buildWeb(options, FOLDER);
  return FOLDER;
}
