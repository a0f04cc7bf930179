// `npm test`: everything. The last line holds the sums over all runners.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild } from './build/web-build.ts';
import { createCrew } from './launcher/crew.ts';
import { root } from './root.ts';
import { browserTests } from './testing/browser-tests.ts';
import { endWithChain } from './testing/end-with-chain.ts';
import { staticChecks } from './testing/static-checks.ts';
import { runSteps, type Step, vitest, vitestOn } from './testing/steps.ts';
import { closingLine, FAILED, PASSED, SKIPPED, sum } from './testing/tally.ts';
import { embeddedServices, realServices, whyNoRealServices } from './testing/test-services.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function onRealServices(): Step {
  const title = 'integration tests on redis-server and PostgreSQL';
  const reason = whyNoRealServices();
  if (reason === undefined) return vitestOn(title, 'integration', realServices);
  return {
    title,
    run: async () => {
      say(`Skipped: ${reason}.`);
      return Promise.resolve(SKIPPED);
    },
  };
}

const webBuild: Step = {
  title: 'web build',
  run: async () => {
    try {
      await ensureBuild({ root, say, crew: createCrew({ add: () => {} }) });
      return PASSED;
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      return FAILED;
    }
  },
};

/** Mostly on a database that is there, since each start would make its own. */
const starts = vitestOn('starts and ends of npm start', 'start', whyNoRealServices() ? embeddedServices : realServices);

const steps: Step[] = [
  ...staticChecks,
  vitest('unit tests', 'unit', {}),
  vitestOn('integration tests on embedded services', 'integration', embeddedServices),
  onRealServices(),
  webBuild,
  starts,
  ...(existsSync(join(root, 'e2e/playwright.config.ts')) ? [browserTests] : []),
];

endWithChain();
const total = sum(await runSteps(steps));
say(`\n${closingLine(total)}`);
process.exit(total.failed > 0 ? 1 : 0);
