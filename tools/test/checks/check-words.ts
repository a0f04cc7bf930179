// Exits with 1 when code, a test or a document has a word of words.json, which sentences in plain English do not need.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../root.ts';
import { findWords } from './find-words.ts';
import { trackedFiles } from './tracked-files.ts';
import rules from './words.json' with { type: 'json' };

const TEXT = /\.(?:[cm]?[jt]sx?|css|html|json|md|prisma|sql|sh|ya?ml)$|^\.ci\//;

const findings = trackedFiles(root)
  .filter((file) => TEXT.test(file) && !rules.allowedIn.includes(file) && existsSync(join(root, file)))
  .flatMap((file) => {
    const found = findWords(readFileSync(join(root, file), 'utf8'), rules.words);
    return found.map(({ line, word }) => `${file}:${line}: "${word}": ${rules.instead}`);
  });
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
