import { Markdown } from 'markdown-to-jsx/react';
import type { ComponentProps, ReactNode } from 'react';

/**
 * A document of ours as a page. HTML in it is shown as text. Headings have the anchors that they have in the repository,
 * which alerts name; links to other files of the repository, which this server does not serve, are text.
 */
export function Runbook({ markdown }: { markdown: string }) {
  return (
    <Markdown
      options={{
        disableParsingRawHTML: true,
        disableAutoLink: true,
        forceBlock: true,
        wrapper: 'article',
        slugify: anchorOf,
        overrides: { a: DocumentLink, pre: WideCode, table: WideTable },
      }}
    >
      {markdown}
    </Markdown>
  );
}

/** Returns the anchor of a heading: its words in lower case with hyphens. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

function DocumentLink({ children, href = '' }: ComponentProps<'a'>) {
  if (href.startsWith('#')) return <a href={href}>{children}</a>;
  if (/^https?:\/\//.test(href)) {
    return (
      <a href={href} rel="noreferrer">
        {children}
      </a>
    );
  }
  return <em>{children}</em>;
}

function WideTable({ children }: ComponentProps<'table'>) {
  return (
    <Scrolling name="Table">
      <table>{children}</table>
    </Scrolling>
  );
}

function WideCode({ children }: ComponentProps<'pre'>) {
  return (
    <Scrolling name="Code">
      <pre>{children}</pre>
    </Scrolling>
  );
}

/** A part that scrolls by itself, by keyboard, too, where it is wider than the page. */
function Scrolling({ children, name }: { children: ReactNode; name: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keyboard
    <section aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
