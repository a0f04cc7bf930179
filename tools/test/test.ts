// `npm test`: everything. The last line holds the sums over all runners.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.ts';
import { ensureBuild } from '../start/build/web-build.ts';
import { createProcessGroup } from '../start/process-group.ts';
import { browserTests } from './browser-tests.ts';
import { endWithParent } from './end-with-parent.ts';
import { runSteps } from './run-steps.ts';
import { staticChecks } from './static-checks.ts';
import type { Step } from './step.ts';
import { closingLine, FAILED, PASSED, SKIPPED, sum } from './tally.ts';
import { embeddedServices, missingRealServices, realServices } from './test-services.ts';
import { vitest, vitestOn } from './vitest-step.ts';

function onRealServices(): Step {
  const title = 'integration tests on redis-server and PostgreSQL';
  const reason = missingRealServices();
  if (reason === undefined) return vitestOn(title, 'integration', realServices);
  return {
    title,
    run: async ({ write }) => {
      write(`Skipped: ${reason}.\n`);
      return Promise.resolve(SKIPPED);
    },
  };
}

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

/** Mostly on a database that is there, since each start would make its own. */
const starts = vitestOn(
  'starts and ends of npm start',
  'start',
  missingRealServices() ? embeddedServices : realServices,
);

endWithParent();
const total = sum(
  await runSteps([
    ...staticChecks,
    // Those beside each other leave one core idle when they are alone.
    [vitest('unit tests', 'unit'), webBuild],
    [vitestOn('integration tests on embedded services', 'integration', embeddedServices), onRealServices()],
    [
      vitest('integration tests on services of their own', 'standalone'),
      [starts, vitest('database servers and poolers', 'servers')],
    ],
    ...(existsSync(join(root, 'e2e/playwright.config.ts')) ? [browserTests] : []),
  ]),
);
process.stdout.write(`\n${closingLine(total)}\n`);
process.exit(total.failed > 0 ? 1 : 0);
