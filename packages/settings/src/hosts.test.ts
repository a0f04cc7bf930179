import { describe, expect, it } from 'vitest';
import { isLoopback } from './hosts.ts';
import { readSettings } from './settings.ts';
import { faultsIn, production } from './testing/settings-under-test.ts';

const read = (environment: Record<string, string>) => readSettings({ ...production, ...environment });

const faultsOf = (environment: Record<string, string>) => faultsIn({ ...production, ...environment });

describe('ALLOWED_HOSTS', () => {
  it.each([
    ['plants.example', ['plants.example']],
    ['.plants.example', ['.plants.example']],
    ['plants.example.', ['plants.example']],
    ['.plants.example.', ['.plants.example']],
    ['PLANTS.Example', ['plants.example']],
    ['plants.example, www.plants.example ,,', ['plants.example', 'www.plants.example']],
    ['pflänzchen.example', ['xn--pflnzchen-x2a.example']],
    ['.pflänzchen.example', ['.xn--pflnzchen-x2a.example']],
    ['192.0.2.7', ['192.0.2.7']],
    ['::1', ['::1']],
    ['[::1]', ['::1']],
    ['[FD00:0:0::1]', ['fd00::1']],
    ['fe80::1%eth0', ['fe80::1']],
    ['::ffff:192.0.2.7', ['::ffff:c000:207']],
  ])('accepts %s', (given, allowedHosts) => {
    expect(read({ ALLOWED_HOSTS: given }).allowedHosts).toEqual(allowedHosts);
  });

  it.each([
    ['plants.example:443', 'without a port: plants.example'],
    ['localhost:3000', 'without a port'],
    ['[::1]:3000', 'without a port'],
    ['https://plants.example', 'without a scheme: plants.example'],
    ['//plants.example', 'without a scheme'],
    ['plants.example/', 'without a path'],
    ['*', 'must name the hosts that are served'],
    ['*.plants.example', 'a dot instead of *: .plants.example'],
    ['a.example b.example', 'by commas: plants.example,www.plants.example'],
    ['a.example;b.example', 'by commas'],
    ['"plants.example"', 'without quotes'],
    ["['plants.example']", 'without quotes'],
    ['.', 'must hold host names such as'],
    ['..plants.example', 'must hold host names such as'],
    ['plants..example', 'must hold host names such as'],
    ['plants.example..', 'must hold host names such as'],
    ['www.*.example', 'must hold host names such as'],
    ['.192.0.2.7', 'must hold host names such as'],
    ['.::1', 'must hold host names such as'],
    ['plants_web', 'must hold host names such as'],
    ['user@plants.example', 'must hold host names such as'],
    ['plants\u0000.example', 'must hold host names such as'],
    ['plants.example?x', 'must hold host names such as'],
    ['plants\\example', 'must hold host names such as'],
    ['pl\tants.example', 'by commas'],
    ['pl%61nts.example', 'must hold host names such as'],
    [`${'a'.repeat(64)}.example`, 'must hold host names such as'],
  ])('refuses %s with the remedy', (given, remedy) => {
    expect(faultsOf({ ALLOWED_HOSTS: `plants.example,${given}` })).toEqual([
      expect.stringMatching(/^ALLOWED_HOSTS must /),
    ]);
    expect(faultsOf({ ALLOWED_HOSTS: given })).toEqual([expect.stringContaining(remedy)]);
  });

  it.each(['localhost', '.localhost', 'plants.localhost', 'localhost.', '127.0.0.1', '127.0.0.2', '[::1]', '0:0::1'])(
    'accepts %s in development',
    (given) => {
      expect(readSettings({ APP_ENV: 'development', ALLOWED_HOSTS: given }).allowedHosts).toHaveLength(1);
    },
  );
});

describe('HOST', () => {
  it.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['0.0.0.0', ['0.0.0.0']],
    ['::', ['::']],
    ['[::]', ['::']],
    ['[fd00::1]', ['fd00::1']],
    ['fe80::1%Eth0', ['fe80::1%Eth0']],
    ['localhost', ['127.0.0.1', '::1']],
    ['LOCALHOST', ['127.0.0.1', '::1']],
    ['plants.internal', ['plants.internal']],
  ])('%s listens on %j', (given, listenAddresses) => {
    expect(read({ HOST: given }).listenAddresses).toEqual(listenAddresses);
  });

  it.each(['127.0.0.1', '127.0.0.2', '::1', '[::1]', 'localhost'])('accepts %s in development', (given) => {
    expect(readSettings({ APP_ENV: 'development', HOST: given }).listenAddresses.every(isLoopback)).toBe(true);
  });

  it.each([
    ['localhost:3000', 'without a port, which is PORT'],
    ['[::1]:3000', 'without a port, which is PORT'],
    ['*', ':: for all addresses'],
    ['http://localhost', ':: for all addresses'],
    ['127.0.0.1,::1', ':: for all addresses'],
  ])('refuses %s with the remedy', (given, remedy) => {
    expect(faultsOf({ HOST: given })).toEqual([expect.stringContaining(remedy)]);
  });
});

describe('an origin', () => {
  it('loses the final dot of its host', () => {
    const { appUrl, corsOrigins, trustedOrigins } = read({
      APP_URL: 'https://plants.example./',
      CORS_ALLOWED_ORIGINS: 'https://app.example.:8443',
      CSRF_TRUSTED_ORIGINS: 'https://partner.example.',
    });
    expect({ appUrl: appUrl.origin, corsOrigins, trustedOrigins }).toEqual({
      appUrl: 'https://plants.example',
      corsOrigins: ['https://app.example:8443'],
      trustedOrigins: ['https://partner.example'],
    });
  });
});

it.each([
  ['::ffff:127.0.0.1', true],
  ['[::1]', true],
  ['::', false],
  ['0.0.0.0', false],
  ['fe80::1%eth0', false],
  ['notlocalhost', false],
  ['localhost.example', false],
])('isLoopback of %s is %s', (host, isLocal) => {
  expect(isLoopback(host)).toBe(isLocal);
});
