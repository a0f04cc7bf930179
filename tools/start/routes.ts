// `npm run routes`: every way into the product and who may take it, as the web app knows them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../root.ts';

const { status } = spawnSync(process.execPath, [join(root, 'apps/web/scripts/routes.ts')], { stdio: 'inherit' });
process.exitCode = status ?? 1;
