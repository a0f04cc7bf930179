import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../root.ts';

const FENCE = /^```[^]*?^```/gm;

/** Returns the links of a document to other files and to its own headings, without those to other sites. */
function linksOf(markdown: string): string[] {
  const links = markdown.replaceAll(FENCE, '').matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(links, ([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** Returns the anchors that GitHub gives to the headings of a document. */
function anchorsOf(markdown: string): string[] {
  const headings = markdown.replaceAll(FENCE, '').matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(link: string, document: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(root, file))) return true;
  return (
    anchor !== undefined && file.endsWith('.md') && !anchorsOf(readFileSync(join(root, file), 'utf8')).includes(anchor)
  );
}

test.each(globSync('{*.md,docs/*.md}', { cwd: root }))(
  'each link of %s leads to a file, and to a heading of it',
  (document) => {
    const links = linksOf(readFileSync(join(root, document), 'utf8'));
    expect(links.filter((link) => isBroken(link, document))).toEqual([]);
  },
);
