import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Runbook } from './runbook.tsx';

const document = readFileSync(join(import.meta.dirname, '../../../../../../docs/operations.md'), 'utf8');
const render = (markdown: string) => renderToStaticMarkup(createElement(Runbook, { markdown }));
const found = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].map(([, text = '']) => text);

describe('the runbook', () => {
  const html = render(document);
  const ids = found(html, / id="([^"]*)"/g);

  it('has a heading for each link within it, and no anchor twice', () => {
    const targets = found(html, / href="#([^"]*)"/g);
    expect(targets).toContain('circuitstuckopen');
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    // The anchor of a heading that repeats another one has a number at its end.
    expect(ids.filter((id) => /-\d+$/.test(id) && ids.includes(id.replace(/-\d+$/, '')))).toEqual([]);
  });

  it.each(['circuitopen', 'redisdown', 'fewanswers', 'webhook', 'a-circuit-breaker-opens-and-closes-again-and-again'])(
    'has the anchor %s',
    (anchor) => {
      expect(ids).toContain(anchor);
    },
  );

  it('shows tables, code and commands', () => {
    expect(html).toContain('<th>Severity</th>');
    expect(html).toContain('createHmac');
    expect(html).not.toMatch(/```|\]\(/);
  });

  it('links other sites and its own sections only', () => {
    expect(found(html, / href="([^"]*)"/g).filter((href) => !/^(?:#|https?:\/\/)/.test(href))).toEqual([]);
    expect(render('See [the pools](postgresql.md#pools).')).toContain('<em>the pools</em>');
  });

  it.each([
    '<script>alert(1)</script>',
    'Text <img src=x onerror=alert(1)> text',
    '<a href="javascript:alert(1)">go</a>',
    '[go](javascript:alert(1))',
    '[go](data:text/html;base64,PHNjcmlwdD4=)',
    '<iframe src="https://evil.example"></iframe>',
    '```js\n</code></pre><script>alert(1)</script>\n```',
  ])('shows %s as text', (markdown) => {
    expect(render(markdown)).not.toMatch(/<(?:script|img|iframe)|javascript:alert\(1\)"|href="data:/);
  });
});
