// `npm test`: everything. The last line holds the sums over all runners.

import { root } from '../root.ts';
import { ensureBuild } from '../start/build/web-build.ts';
import { createProcessGroup } from '../start/process-group.ts';
import { endWithParent } from './end-with-parent.ts';
import { browserTests, vitestStep } from './runners.ts';
import { missingRealServices } from './services/real-services.ts';
import { staticChecks } from './static-checks.ts';
import { runSteps, type Step } from './steps.ts';
import { closingLine, FAILED, PASSED, SKIPPED, sum } from './tally.ts';

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

endWithParent();
const total = sum(
  await runSteps([
    ...staticChecks,
    // One of these alone leaves a core idle.
    [vitestStep('unit tests', 'unit'), webBuild],
    [
      vitestStep('integration tests on embedded services', 'integration-embedded'),
      missing === undefined ? vitestStep(onRealServices, 'integration-real') : skippedStep(onRealServices, missing),
    ],
    [
      vitestStep('integration tests on services of their own', 'standalone'),
      [vitestStep('starts and ends of npm start', 'start'), vitestStep('database servers and poolers', 'servers')],
    ],
    browserTests,
  ]),
);
process.stdout.write(`\n${closingLine(total)}\n`);
process.exit(total.failed > 0 ? 1 : 0);
