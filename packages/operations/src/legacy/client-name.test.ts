import { describe, expect, it } from 'vitest';
import { clientNameOf } from './client-name.ts';

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const CHROME = `${WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.86 Safari/537.36`;
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';

describe('the name of a client', () => {
  it.each([
    ['okhttp/4.12.0', 'okhttp/4.12'],
    ['PlantCommunity/3.2.1 (iPhone; iOS 18.1; Scale/3.00)', 'PlantCommunity/3.2'],
    ['python-requests/2.32.3', 'python-requests/2.32'],
    ['Dart/3.5 (dart:io)', 'Dart/3.5'],
    ['curl/8', 'curl/8'],
    [CHROME, 'Chrome/131.0'],
    [`${CHROME} Edg/131.0.2903.63`, 'Edge/131.0'],
    [`${WINDOWS} Gecko/20100101 Firefox/128.0`, 'Firefox/128.0'],
    [`${IPHONE} Version/18.1 Mobile/15E148 Safari/604.1`, 'Safari/18.1'],
  ])('is product and version: %s', (header, name) => expect(clientNameOf(header)).toBe(name));

  it.each([undefined, '', '  '])('is unknown without a User-Agent: %s', (header) =>
    expect(clientNameOf(header)).toBe('unknown'),
  );

  it.each([
    'ada@example.org',
    'ada@example.org/1.0',
    'Adas phone',
    'phone-49151123456/1.0',
    'app/20261127.1',
    'app/1.0@ada',
    `${WINDOWS} something`,
    `${'a'.repeat(33)}/1.0`,
    'a/b',
  ])('is other for another form, which might name a person: %s', (header) =>
    expect(clientNameOf(header)).toBe('other'),
  );
});
