import { expect, test } from '../fixtures/development.ts';

/** Headers of Next's own protocol with contents that Next cannot parse. */
const JUNK: readonly Record<string, string>[] = [
  { rsc: '1', 'next-router-state-tree': 'junk' },
  { rsc: '1', 'next-router-state-tree': '%' },
  { rsc: '1', 'next-router-prefetch': 'junk', 'next-router-segment-prefetch': '/junk', 'next-url': '\u00FF' },
  { 'x-nextjs-data': '1', 'x-middleware-subrequest': 'junk', 'x-now-route-matches': '%' },
];

test('malformed Next headers fail no page and log no error', async ({ app }) => {
  const printed = () => app.output().split('\n');
  const before = printed().length;
  for (const headers of JUNK) {
    const page = await fetch(`${app.url}/identify`, { headers, redirect: 'manual' });
    expect([200, 307]).toContain(page.status);
  }
  for (const action of ['junk', '7f00000000000000000000000000000000000000ff']) {
    const headers = { 'next-action': action, Origin: app.url, 'Content-Type': 'text/plain' };
    const page = await fetch(`${app.url}/identify`, { method: 'POST', headers, body: '[]' });
    expect(page.status).toBeLessThan(500);
  }
  await fetch(`${app.url}/api/health/live`);

  const lines = printed()
    .slice(before)
    .filter((line) => line !== '');
  const unreadable = lines.filter((line) => !/^\[[\d:.]{12}\] (?:DEBUG|INFO|WARN): /.test(line));
  expect(unreadable).toEqual([]);
});
