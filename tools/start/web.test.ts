import { describe, expect, test } from 'vitest';
import { announcement, eventRows } from './announce.ts';
import { isGreeting, parseEvent } from './web.ts';

describe('`parseEvent`', () => {
  test.each([
    ['{"type":"ready"}', { type: 'ready' }],
    ['{"type":"notice","text":"Redis is missing"}', { type: 'notice', text: 'Redis is missing' }],
    ['{"type":"admin","email":"a@b.c","password":"p"}', { type: 'admin', email: 'a@b.c', password: 'p' }],
    ['{"type":"admin","email":"a@b.c"}', { type: 'admin', email: 'a@b.c' }],
  ])('reads the event in %s', (line, event) => {
    expect(parseEvent(line)).toEqual(event);
  });

  test.each([
    '{"level":"info","msg":"Redis available"}',
    '{"type":"admin","password":"p"}',
    '{"type":"notice","text":3}',
    '{"type":"other"}',
    '{half',
    'Error: something broke',
    '[]',
  ])('returns undefined for %s', (line) => {
    expect(parseEvent(line)).toBeUndefined();
  });

  test.each(['▲ Next.js 16.4.6', '- Local:        http://localhost:3000', ' ✓ Ready in 300ms', ''])(
    '`isGreeting` recognises "%s"',
    (line) => {
      expect(isGreeting(line)).toBe(true);
    },
  );

  test.each(['{"level":"info"}', 'Error: something broke', '⨯ TypeError: x is undefined'])(
    '`isGreeting` lets %s through',
    (line) => {
      expect(isGreeting(line)).toBe(false);
    },
  );
});

test('the announcement names the address, the services and the admin that the app made', () => {
  const text = announcement({
    url: 'http://localhost:3000',
    parts: [['Redis', 'embedded']],
    events: [
      { type: 'ready' },
      { type: 'admin', email: 'admin@example.org', password: 'made-up' },
      { type: 'notice', text: 'Look here' },
    ],
    seconds: 3.21,
  });
  expect(text.split('\n').filter((line) => line !== '')).toEqual([
    'Plant ID Community is ready: http://localhost:3000',
    '  Redis         embedded',
    '  Admin         admin@example.org',
    '  Password      made-up  (made just now, shown only this once)',
    '  Note          Look here',
    'Ready in 3.2 s. Ctrl-C ends everything.',
  ]);
});

test('the announcement of a later start names the admin and how to get a new password', () => {
  expect(eventRows({ type: 'admin', email: 'admin@example.org' })).toEqual([
    '  Admin         admin@example.org',
    '  Password      not shown again; for a new one: npm start -- --new-admin-password',
  ]);
});
