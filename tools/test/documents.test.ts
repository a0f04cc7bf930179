import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../root.ts';

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const documents = files.filter((file) => file.endsWith('.md'));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** Paths of links in a document, by the document's folder; links to other sites and to headings are left out. */
function linkedPaths(document: string): string[] {
  return [...textOf(document).matchAll(/\]\((?!https?:|mailto:|#|\/)([^)\s#]+)[^)]*\)/g)].flatMap(([, path]) =>
    path === undefined ? [] : [join(dirname(document), path)],
  );
}

/** Paths of the repository that a text names in backticks, without patterns and places to fill in. */
function namedPaths(text: string): string[] {
  return [...text.matchAll(/`((?:packages|apps|tools|ops|e2e|docs)\/[^`\s*<>{}]+)`/g)].flatMap(
    ([, path]) => path ?? [],
  );
}

describe('documents', () => {
  it.each(documents)('%s links to files that exist', (document) => {
    expect(linkedPaths(document).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each(documents.filter((document) => document !== 'CHANGELOG.md'))('%s names paths that exist', (document) => {
    expect(namedPaths(textOf(document)).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the map in CONTRIBUTING.md', () => {
  const [, map = ''] = textOf('CONTRIBUTING.md').split('\n## The map\n');
  const rows = [...map.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, folder]) => folder);

  it('has one row for each folder of the packages, apps, ops and tools', () => {
    const folders = files.flatMap((file) => {
      const [, folder] = /^((?:(?:packages|apps)\/[^/]+\/src|ops|tools)\/[^/]+)\//.exec(file) ?? [];
      return folder === undefined || folder.endsWith('/testing') ? [] : folder;
    });
    expect(rows).toEqual([...new Set(folders)].toSorted());
  });
});
