// Replaces the web process in tests of the launcher.
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  if (request.url === '/api/health/live') response.end('{}');
  else if (request.url === '/environment') response.end(JSON.stringify(process.env));
  // A request in flight that never ends.
  else response.write('working');
});
const end = () => server.close(() => process.exit(0));
process.on('SIGTERM', end);
process.stdin.on('end', end).resume();
writeSync(Number(process.env['PLANT_LAUNCHER_FD']), '{"type":"admin","email":"admin@localhost","password":"made"}\n');
server.listen(Number(process.env['PORT']), process.env['HOST']);
