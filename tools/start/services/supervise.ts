// Runs a program, and ends it when the pipe to this process closes: other programs do not watch their parent.
// Arguments: the program and its arguments. Prints the program's pid, so that it can be ended if this process is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithParentPipe } from './parent-pipe.ts';

const GRACE_MS = 3_000;

const [program = '', ...args] = process.argv.slice(2);
let supervised: ChildProcess | undefined;
// Before the program starts: a signal between the two would end this process alone.
endWithParentPipe(async () => {
  if (supervised === undefined) return;
  const gone = once(supervised, 'exit');
  supervised.kill('SIGTERM');
  setTimeout(() => supervised?.kill('SIGKILL'), GRACE_MS).unref();
  await gone;
});
supervised = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
supervised.on('error', (error) => {
  process.stderr.write(`${program}: ${error.message}\n`);
  process.exit(1);
});
supervised.on('exit', (code) => process.exit(code ?? 1));
if (supervised.pid !== undefined) process.stdout.write(`${JSON.stringify({ supervises: supervised.pid })}\n`);
