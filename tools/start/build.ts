// `npm run build`: what the next start serves.

import { root } from '../root.ts';
import { explain } from './bootstrap/explain.mjs';
import { ensureBuild } from './build/web-build.ts';
import { createCrew } from './process-group.ts';
import { Ended, listenForEnd, unlessEnded } from './shutdown-signal.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const crew = createCrew({ add: () => {} });
const signal = listenForEnd(() => {
  crew.kill();
  process.exit(130);
});
try {
  await unlessEnded(signal, ensureBuild({ root, say, crew }));
  say('The build is ready; npm start serves it.');
} catch (error) {
  if (!(error instanceof Ended)) process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
} finally {
  await crew.dismiss();
}
