import { describe, expect, it } from 'vitest';
import { isAllowedHost } from './host.ts';

describe('isAllowedHost', () => {
  it.each([
    ['plants.example', 'plants.example', true],
    ['plants.example:3000', 'plants.example', true],
    ['plants.example.', 'plants.example', true],
    ['plants.example.:443', 'plants.example', true],
    ['www.plants.example', 'plants.example', false],
    ['plants.example:', 'plants.example', false],
    ['plants.example:80:80', 'plants.example', false],
    ['plants.example..', 'plants.example', false],
    ['user@plants.example', 'plants.example', false],
    ['plants.example/', 'plants.example', false],
    ['plants.example, evil.example', 'plants.example', false],
    ['', 'plants.example', false],
    ['.', 'plants.example', false],

    ['plants.example', '.plants.example', true],
    ['www.plants.example', '.plants.example', true],
    ['a.b.plants.example:443', '.plants.example', true],
    ['www.plants.example.', '.plants.example', true],
    ['xn--pflnzchen-x2a.plants.example', '.plants.example', true],
    ['evilplants.example', '.plants.example', false],
    ['plants.example.evil.example', '.plants.example', false],
    ['.plants.example', '.plants.example', false],
    ['a..plants.example', '.plants.example', false],
    ['a b.plants.example', '.plants.example', false],
    ['evil.example#.plants.example', '.plants.example', false],
    ['evil.example/.plants.example', '.plants.example', false],
    ['example', '.plants.example', false],

    ['127.0.0.1:3000', '127.0.0.1', true],
    ['127.0.0.1.', '127.0.0.1', true],
    ['[::1]', '::1', true],
    ['[::1]:3000', '::1', true],
    ['[0:0:0:0:0:0:0:1]:3000', '::1', true],
    ['::1', '::1', false],
    ['[::1', '::1', false],
    ['[::1]3000', '::1', false],
    ['[::2]', '::1', false],
    ['[fd00::1]:3000', 'fd00::1', true],
    ['[fd00:0::1]', 'fd00::1', true],
    ['[:::]', '::1', false],
    ['[1.2.3.4]', '1.2.3.4', false],
  ])('of %j with the entry %s is %s', (host, allowed, isAllowed) => {
    expect(isAllowedHost(host, ['other.example', allowed])).toBe(isAllowed);
  });
});
