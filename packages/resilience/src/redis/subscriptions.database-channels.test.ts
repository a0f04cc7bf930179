import { describe, expect, it } from 'vitest';
import { DatabaseChannels } from './subscriptions.ts';

const channels = new DatabaseChannels(3);

describe('the channels of a database', () => {
  it('add the database to PUBLISH, alone or in a batch, and to no other command', () => {
    expect(channels.scope({ body: ['publish', 'news', 'x'] })).toEqual({ body: ['publish', 'news@db3', 'x'] });
    const batch = [
      ['SET', 'news', 'x'],
      ['PUBLISH', 'news', 'x'],
    ];
    expect(channels.scope({ path: ['multi-exec'], body: batch })).toEqual({
      path: ['multi-exec'],
      body: [batch[0], ['PUBLISH', 'news@db3', 'x']],
    });
    const request = { body: ['SET', 'news', 'x'] };
    expect(channels.scope(request)).toBe(request);
  });

  it.each([
    { command: 'subscribe', name: 'news', line: 'message,news@db3,a, b@db3,c', expected: 'message,news,a, b@db3,c' },
    { command: 'subscribe', name: 'news', line: 'subscribe,news@db3,1', expected: 'subscribe,news,1' },
    {
      command: 'psubscribe',
      name: 'n*',
      line: 'pmessage,n*@db3,news@db3,a,b@db3,c',
      expected: 'pmessage,n*,news,a,b@db3,c',
    },
    { command: 'psubscribe', name: 'n*', line: 'punsubscribe,n*@db3,0', expected: 'punsubscribe,n*,0' },
  ])('add the database to $command, and pass lines on with plain names', ({ command, name, line, expected }) => {
    const lines: string[] = [];
    const { path, onMessage } = channels.scope({ path: [command, name], onMessage: (given) => lines.push(given) });
    onMessage?.(line);
    expect({ path, lines }).toEqual({ path: [command, `${name}@db3`], lines: [expected] });
  });
});
