// Lints the committed OpenAPI documents by the recommended rules of Redocly and by spectral:oas. Prints each problem,
// warnings included; exit code 1 if there is one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConfig, lint } from '@redocly/openapi-core';
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import { root } from '../../root.ts';

const FILES = ['openapi.json', 'openapi-3.0.json', 'openapi.released.json'].map((name) => `packages/api/${name}`);

/** Returns one line for each problem that Redocly finds in a document. */
async function redoclyProblems(file: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lint({ ref: join(root, file), config });
  return problems.map(
    ({ location: [at], message, ruleId, severity }) => `${severity} ${ruleId} ${at?.pointer ?? ''}: ${message}`,
  );
}

/** Returns one line for each problem that spectral:oas finds in a document. */
async function spectralProblems(file: string): Promise<string[]> {
  const spectral = new spectralCore.Spectral();
  // Its type lacks an alternative of RulesetDefinition.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  spectral.setRuleset({ extends: spectralRulesets.oas as RulesetDefinition });
  const problems = await spectral.run(readFileSync(join(root, file), 'utf8'));
  return problems.map(({ code, message, path }) => `${code} ${path.join('.')}: ${message}`);
}

let count = 0;
for (const file of FILES) {
  const problems = [...(await redoclyProblems(file)), ...(await spectralProblems(file))];
  for (const problem of problems) process.stdout.write(`${file}: ${problem}\n`);
  count += problems.length;
}
process.exitCode = count === 0 ? 0 : 1;
