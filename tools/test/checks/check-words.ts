// Exits with 1 when code, a test or a document has a word of words.json, which sentences in plain English do not need.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../../root.ts';
import rules from './words.json' with { type: 'json' };

/** A word of the list in a text, by its line from 1. */
interface FoundWord {
  line: number;
  word: string;
}

/** Finds the words, given in lower case, in a text: in sentences and at the start of names in camelCase. */
export function findWords(text: string, words: readonly string[]): FoundWord[] {
  const forms = words.map((word) => `[${word[0]}${word[0]?.toUpperCase()}]${word.slice(1)}|${word.toUpperCase()}`);
  const pattern = new RegExp(`(?<![a-z])(?:${forms.join('|')})(?![a-z])`, 'g');
  return text
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(pattern)].map(([word]) => ({ line: index + 1, word })));
}

const FOREIGN = new Set(['node_modules', '.git', '.next', '.data', '.turbo', 'generated', 'coverage', 'test-results']);

/**
 * Returns the files of the repository by their paths from the root: those that git tracks or would track, or every file
 * of a copy without git.
 */
function trackedFiles(): string[] {
  try {
    return execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    })
      .split('\0')
      .filter((path) => path !== '');
  } catch {
    return readdirSync(root, { withFileTypes: true }).flatMap((entry) => filesIn(join(root, entry.name), entry));
  }
}

function filesIn(path: string, entry: { isDirectory(): boolean; isFile(): boolean; name: string }): string[] {
  if (FOREIGN.has(entry.name)) return [];
  if (entry.isFile()) return [relative(root, path).replaceAll('\\', '/')];
  if (!entry.isDirectory()) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((child) => filesIn(join(path, child.name), child));
}

const TEXT = /\.(?:[cm]?[jt]sx?|css|html|json|md|prisma|sql|sh|ya?ml)$|^\.ci\//;

function check(): void {
  const findings = trackedFiles()
    .filter((file) => TEXT.test(file) && !rules.allowedIn.includes(file) && existsSync(join(root, file)))
    .flatMap((file) => {
      const found = findWords(readFileSync(join(root, file), 'utf8'), rules.words);
      return found.map(({ line, word }) => `${file}:${line}: "${word}": ${rules.instead}`);
    });
  for (const finding of findings) process.stderr.write(`${finding}\n`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}

if (import.meta.main) check();
