import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const INPUTS = ['apps/web', 'packages', 'pnpm-lock.yaml', 'tsconfig.base.json'];
const NOT_INPUTS = /^(?:node_modules|\..*|generated|coverage)$|\.(?:test\.tsx?|tsbuildinfo|log)$|^next-env\.d\.ts$/;

function hashInto(hash: { update(text: string | Buffer): unknown }, path: string, name: string): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path).filter((entry) => !NOT_INPUTS.test(entry));
    for (const entry of names.toSorted()) hashInto(hash, join(path, entry), `${name}/${entry}`);
  } else {
    hash.update(`\0${name}\0`);
    hash.update(readFileSync(path));
  }
}

/** Changes with everything that the built app depends on; tests, generated and hidden files are no part of that. */
export function sourceHash(root: string): string {
  const hash = createHash('sha256').update(process.version);
  for (const input of INPUTS) hashInto(hash, join(root, input), input);
  return hash.digest('hex');
}
