// `npm test`: everything but the long tests. The last line holds the sums over all runners.

import { root } from '../root.ts';
import { createProcessGroup } from '../start/process-group.ts';
import { ensureBuild } from '../start/web-build.ts';
import { browserTests, vitestStep } from './runners.ts';
import { missingRealServices } from './services/real-services.ts';
import { generate, staticLanes } from './static-checks.ts';
import { runCommand, type Step } from './steps.ts';
import { FAILED, PASSED, SKIPPED } from './tally.ts';

const missing = missingRealServices();

function skippedStep(title: string, reason: string): Step {
  return {
    title,
    run: async ({ write }) => {
      write(`Skipped: ${reason}.\n`);
      return Promise.resolve(SKIPPED);
    },
  };
}

const onRealServices = 'integration tests on redis-server and PostgreSQL';

const webBuild: Step = {
  title: 'web build',
  run: async ({ write }) => {
    try {
      await ensureBuild({ root, say: (text) => write(`${text}\n`), group: createProcessGroup({ add: () => {} }) });
      return PASSED;
    } catch (error) {
      write(`${error instanceof Error ? error.message : String(error)}\n`);
      return FAILED;
    }
  },
};

const realIntegration =
  missing === undefined ? vitestStep(onRealServices, 'integration-real') : skippedStep(onRealServices, missing);

// What takes longest comes first, so that the last lanes end at about the same time.
await runCommand([
  generate,
  [
    [webBuild, browserTests],
    ...staticLanes,
    realIntegration,
    vitestStep('unit tests', 'unit'),
    vitestStep('integration tests on embedded services', 'integration-embedded'),
    vitestStep('starts and ends of npm start', 'start'),
    vitestStep('integration tests on services of their own', 'standalone'),
    vitestStep('database servers and poolers', 'servers'),
  ],
]);
