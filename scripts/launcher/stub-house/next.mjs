// Stands in for `next build` in tests of the launcher: it takes a moment and counts itself.
import { appendFileSync, mkdirSync } from 'node:fs';

const BUILD_MS = 700;

mkdirSync('.next', { recursive: true });
appendFileSync('builds.log', `${Object.keys(process.env).join(' ')}\n`);
setTimeout(() => {}, BUILD_MS);
