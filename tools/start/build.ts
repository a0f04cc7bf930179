// `npm run build`: what the next start serves.

import { root } from '../root.ts';
import { explain } from './bootstrap/explain.mjs';
import { createProcessGroup } from './process-group.ts';
import { ShutdownRequested, shutdownSignal, unlessShutdown } from './shutdown-signal.ts';
import { ensureBuild } from './web-build.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const group = createProcessGroup({ add: () => {} });
const signal = shutdownSignal(() => {
  group.kill();
  process.exit(130);
});
try {
  await unlessShutdown(signal, ensureBuild({ root, say, group }));
  say('The build is ready; npm start serves it.');
} catch (error) {
  if (!(error instanceof ShutdownRequested)) process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
} finally {
  await group.stop();
}
