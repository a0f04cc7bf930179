import { describe, expect, it } from 'vitest';
import { isAllowedHost } from './host.ts';

describe('isAllowedHost', () => {
  it.each([
    { host: 'plants.example', allowed: 'plants.example', isAllowed: true },
    { host: 'plants.example:3000', allowed: 'plants.example', isAllowed: true },
    { host: 'plants.example.', allowed: 'plants.example', isAllowed: true },
    { host: 'plants.example.:443', allowed: 'plants.example', isAllowed: true },
    { host: 'www.plants.example', allowed: 'plants.example', isAllowed: false },
    { host: 'plants.example:', allowed: 'plants.example', isAllowed: false },
    { host: 'plants.example:80:80', allowed: 'plants.example', isAllowed: false },
    { host: 'plants.example..', allowed: 'plants.example', isAllowed: false },
    { host: 'user@plants.example', allowed: 'plants.example', isAllowed: false },
    { host: 'plants.example/', allowed: 'plants.example', isAllowed: false },
    { host: 'plants.example, evil.example', allowed: 'plants.example', isAllowed: false },
    { host: '', allowed: 'plants.example', isAllowed: false },
    { host: '.', allowed: 'plants.example', isAllowed: false },

    { host: 'plants.example', allowed: '.plants.example', isAllowed: true },
    { host: 'www.plants.example', allowed: '.plants.example', isAllowed: true },
    { host: 'a.b.plants.example:443', allowed: '.plants.example', isAllowed: true },
    { host: 'www.plants.example.', allowed: '.plants.example', isAllowed: true },
    { host: 'xn--pflnzchen-x2a.plants.example', allowed: '.plants.example', isAllowed: true },
    { host: 'evilplants.example', allowed: '.plants.example', isAllowed: false },
    { host: 'plants.example.evil.example', allowed: '.plants.example', isAllowed: false },
    { host: '.plants.example', allowed: '.plants.example', isAllowed: false },
    { host: 'a..plants.example', allowed: '.plants.example', isAllowed: false },
    { host: 'a b.plants.example', allowed: '.plants.example', isAllowed: false },
    { host: 'evil.example#.plants.example', allowed: '.plants.example', isAllowed: false },
    { host: 'evil.example/.plants.example', allowed: '.plants.example', isAllowed: false },
    { host: 'example', allowed: '.plants.example', isAllowed: false },

    { host: '127.0.0.1:3000', allowed: '127.0.0.1', isAllowed: true },
    { host: '127.0.0.1.', allowed: '127.0.0.1', isAllowed: true },
    { host: '[::1]', allowed: '::1', isAllowed: true },
    { host: '[::1]:3000', allowed: '::1', isAllowed: true },
    { host: '[0:0:0:0:0:0:0:1]:3000', allowed: '::1', isAllowed: true },
    { host: '::1', allowed: '::1', isAllowed: false },
    { host: '[::1', allowed: '::1', isAllowed: false },
    { host: '[::1]3000', allowed: '::1', isAllowed: false },
    { host: '[::2]', allowed: '::1', isAllowed: false },
    { host: '[fd00::1]:3000', allowed: 'fd00::1', isAllowed: true },
    { host: '[fd00:0::1]', allowed: 'fd00::1', isAllowed: true },
    { host: '[:::]', allowed: '::1', isAllowed: false },
    { host: '[1.2.3.4]', allowed: '1.2.3.4', isAllowed: false },
  ])('of "$host" with the entry $allowed is $isAllowed', ({ host, allowed, isAllowed }) => {
    expect(isAllowedHost(host, ['other.example', allowed])).toBe(isAllowed);
  });
});
