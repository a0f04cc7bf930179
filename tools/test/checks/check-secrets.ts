// Exits with 1 when a tracked file holds something that looks like a secret, or the lock file names a registry's host.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../root.ts';
import { findAddresses, findSecrets } from './secret-scan.ts';
import { trackedFiles } from './tracked-files.ts';

const LOCK_FILE = 'pnpm-lock.yaml';

const findings = trackedFiles(root)
  .filter((file) => existsSync(join(root, file)))
  .flatMap((file) => {
    const bytes = readFileSync(join(root, file));
    if (bytes.includes(0)) return [];
    const text = bytes.toString('utf8');
    const found = file === LOCK_FILE ? findAddresses(text) : findSecrets(text);
    return found.map(({ line, what }) => `${file}:${line}: looks like ${what}`);
  });
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
