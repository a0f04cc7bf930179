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
    ['subscribe', 'news', 'message,news@db3,a, b@db3,c', 'message,news,a, b@db3,c'],
    ['subscribe', 'news', 'subscribe,news@db3,1', 'subscribe,news,1'],
    ['psubscribe', 'n*', 'pmessage,n*@db3,news@db3,a,b@db3,c', 'pmessage,n*,news,a,b@db3,c'],
    ['psubscribe', 'n*', 'punsubscribe,n*@db3,0', 'punsubscribe,n*,0'],
  ])('add the database to %s, and pass lines on with plain names', (command, name, line, expected) => {
    const lines: string[] = [];
    const { path, onMessage } = channels.scope({ path: [command, name], onMessage: (given) => lines.push(given) });
    onMessage?.(line);
    expect({ path, lines }).toEqual({ path: [command, `${name}@db3`], lines: [expected] });
  });
});
