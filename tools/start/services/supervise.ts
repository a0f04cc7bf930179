// Runs a program that knows nothing of its parent, and ends it when the parent's pipe closes.
// Arguments: the program and its arguments. Says the program's number, so that it can be found if this process is killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithParentPipe } from './parent-pipe.ts';

const GRACE_MS = 3_000;

const [program = '', ...args] = process.argv.slice(2);
const kept = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
kept.on('error', (error) => {
  process.stderr.write(`${program}: ${error.message}\n`);
  process.exit(1);
});
kept.on('exit', (code) => process.exit(code ?? 1));

endWithParentPipe(async () => {
  const gone = once(kept, 'exit');
  kept.kill('SIGTERM');
  setTimeout(() => kept.kill('SIGKILL'), GRACE_MS).unref();
  await gone;
});
if (kept.pid !== undefined) process.stdout.write(`${JSON.stringify({ keeps: kept.pid })}\n`);
