// `npm run smoke -- https://plants.example`: checks a deployed instance by all that a stranger can see of it.
// Exits with 1 when a check fails.
import { runChecks } from './smoke/run-checks.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const url = URL.parse(process.argv[2] ?? '');
if (url === null || !/^https?:$/.test(url.protocol)) {
  say('Usage: npm run smoke -- https://plants.example');
  process.exit(2);
}
let failed = 0;
let passed = 0;
for await (const { check, faults } of runChecks(new URL(url.origin))) {
  if (faults.length === 0) passed += 1;
  else failed += 1;
  say(
    `${faults.length === 0 ? '✓' : '✗'} ${check.path}: ${check.name}${faults.map((fault) => `\n    ${fault}`).join('')}`,
  );
}
say(`\n${passed} as they should be, ${failed} not`);
process.exitCode = failed > 0 ? 1 : 0;
