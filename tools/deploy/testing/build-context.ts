import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../root.ts';

interface Rule {
  pattern: RegExp;
  isException: boolean;
}

/** Reads the rules of a `.dockerignore`. https://docs.docker.com/build/concepts/context/#dockerignore-files */
function readRules(text: string): Rule[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isException: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }));
}

/** Returns what matches the paths of a rule: those files, and everything below those folders. */
function patternOf(glob: string): RegExp {
  const source = glob.replace(/\/$/, '').replaceAll(/\*\*\/|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return new RegExp(`^${source}(?:/|$)`);
}

/** Returns the paths of all files that a build can copy, sorted. The last rule that matches a path decides. */
export function buildContext(ignore: string = readFileSync(join(root, '.dockerignore'), 'utf8')): string[] {
  const rules = readRules(ignore);
  const isIgnored = (path: string) => rules.findLast(({ pattern }) => pattern.test(path))?.isException === false;
  const isHopeless = (path: string) => /(?:^|\/)(?:node_modules|\.git|\.next)$/.test(path) && isIgnored(path);
  const filesIn = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      // An exception may stand below an ignored folder, but none stands below these.
      if (entry.isDirectory()) return isHopeless(path) ? [] : filesIn(path);
      return isIgnored(path) ? [] : [path];
    });
  return filesIn('.').toSorted();
}
