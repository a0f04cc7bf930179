// Stands in for the decoder of HEIC, and writes what its process may do.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const [libheif = ''] = process.argv.slice(2);

function outcomeOf(action: () => unknown): string {
  try {
    action();
    return 'allowed';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

process.stdout.write(
  JSON.stringify({
    readDecoder: outcomeOf(() => readFileSync(libheif)),
    readFile: outcomeOf(() => readFileSync('/etc/hostname')),
    listFolder: outcomeOf(() => readdirSync(import.meta.dirname)),
    writeFile: outcomeOf(() => writeFileSync('/tmp/written-by-decoder', '')),
    startProcess: outcomeOf(() => spawnSync('/bin/true')),
    startThread: outcomeOf(() => new Worker('', { eval: true })),
    environment: Object.keys(process.env).filter((name) => name !== 'PWD'),
  }),
);
