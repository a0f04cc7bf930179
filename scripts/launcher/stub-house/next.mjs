// Stands in for Next in tests of the launcher: `build` takes a moment and counts itself, `start` serves.
import { appendFileSync, mkdirSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const BUILD_MS = 700;

const [command, ...flags] = process.argv.slice(2);
const flag = (/** @type {string} */ name) => flags[flags.indexOf(name) + 1] ?? '';

if (command === 'build') {
  mkdirSync('.next', { recursive: true });
  appendFileSync('builds.log', `${Object.keys(process.env).join(' ')}\n`);
  setTimeout(() => {}, BUILD_MS);
} else {
  const server = createServer((request, response) => {
    if (request.url === '/api/health/live') response.end('{}');
    else if (request.url === '/environment') response.end(JSON.stringify(process.env));
    // A request in work: it never ends by itself.
    else response.write('working');
  });
  const end = () => server.close(() => process.exit(0));
  process.on('SIGTERM', end);
  process.stdin.on('end', end).resume();
  writeSync(Number(process.env['PLANT_LAUNCHER_FD']), '{"type":"admin","email":"admin@localhost","password":"made"}\n');
  server.listen(Number(flag('--port')), flag('--hostname'));
}
