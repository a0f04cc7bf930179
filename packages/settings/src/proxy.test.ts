import { expect, it } from 'vitest';
import { SettingsError } from './environment.ts';
import { bypassesProxy } from './proxy.ts';
import { readSettings } from './settings.ts';

const real = { APP_ENV: 'development', PLANT_ID_API_KEY: 'k' };
const THIS_MACHINE = 'localhost,.localhost,localhost.,127.0.0.1,::1,[::1],127.0.0.0-127.255.255.255,0.0.0.0';

const proxyOf = (environment: Record<string, string>) => readSettings({ ...real, ...environment }).proxy;

function faultsOf(environment: Record<string, string>): string {
  try {
    readSettings(environment);
    return '';
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message;
  }
}

it('the proxy is undefined when the environment names none', () => {
  expect(proxyOf({ NO_PROXY: '*', HTTPS_PROXY: '' })).toBeUndefined();
});

it.each([
  [{ HTTPS_PROXY: 'http://proxy.example:3128' }, { https_proxy: 'http://proxy.example:3128' }],
  [{ https_proxy: 'http://low.example', HTTPS_PROXY: 'http://up.example' }, { https_proxy: 'http://low.example' }],
  [{ https_proxy: '', HTTPS_PROXY: ' http://up.example\n' }, { https_proxy: 'http://up.example' }],
  [{ HTTP_PROXY: 'proxy.example:3128' }, { http_proxy: 'http://proxy.example:3128' }],
  [{ HTTPS_PROXY: 'user:word@proxy.example' }, { https_proxy: 'http://user:word@proxy.example' }],
  [
    { ALL_PROXY: 'http://all.example', HTTPS_PROXY: 'https://tls.example' },
    { http_proxy: 'http://all.example', https_proxy: 'https://tls.example' },
  ],
])('the proxy of %o is read', (environment, expected) => {
  expect(proxyOf(environment as Record<string, string>)).toEqual({ ...expected, no_proxy: THIS_MACHINE });
});

it('no_proxy holds this machine and the entries of NO_PROXY, in forms that Node knows', () => {
  const proxy = proxyOf({
    HTTPS_PROXY: 'http://proxy.example',
    NO_PROXY: 'plants.example, .inner.example *.other.example 10.1.1.1 db.example:8080 10.0.0.0/8',
    PLANT_ID_BASE_URL: 'https://10.2.3.4/api/v3',
    PLANTNET_BASE_URL: 'https://my-api.plantnet.org/v2',
  });
  expect(proxy?.no_proxy).toBe(
    `${THIS_MACHINE},plants.example,.plants.example,.inner.example,*.other.example,10.1.1.1,` +
      'db.example:8080,.db.example:8080,10.2.3.4:443',
  );
});

it.each([
  'socks5://proxy.example:1080',
  'ftp://proxy.example',
  'https://',
  'http://a b',
  'http://u:%zz@proxy.example',
  'http://proxy\n.example',
])('the proxy %j is refused in every mode and never repeated', (text) => {
  const message = faultsOf({ APP_ENV: 'development', HTTPS_PROXY: text });
  expect(message).toContain('HTTPS_PROXY ');
  expect(message).not.toContain(text);
});

it('a wrong proxy for both schemes is reported once', () => {
  expect(faultsOf({ ...real, ALL_PROXY: 'socks5://proxy.example' }).split('\n')).toHaveLength(2);
});

it('the demo ignores a SOCKS proxy in ALL_PROXY, since nothing leaves the machine', () => {
  expect(readSettings({ APP_ENV: 'development', all_proxy: 'socks://127.0.0.1:1080/' }).proxy).toBeUndefined();
});

it.each([
  ['http://localhost:3000', ''],
  ['http://app.localhost', ''],
  ['http://127.0.0.53', ''],
  ['http://[::1]:3000', ''],
  ['https://plants.example', '*'],
  ['https://plants.example', 'plants.example'],
  ['https://PLANTS.example.', 'Plants.Example'],
  ['https://api.plants.example', 'plants.example'],
  ['https://api.plants.example', '.plants.example'],
  ['https://api.plants.example', '*.plants.example'],
  ['https://plants.example:8443', 'plants.example:8443'],
  ['https://10.1.2.3', '10.0.0.0/8'],
  ['https://[fd00::1]', 'fd00::/8'],
  ['https://[fd00::1]', '[fd00::1]'],
  ['https://plants.example', 'a.example plants.example'],
])('%s bypasses the proxy with NO_PROXY=%j', (url, noProxy) => {
  expect(bypassesProxy(new URL(url), noProxy)).toBe(true);
});

it.each([
  ['https://plants.example', ''],
  ['https://otherplants.example', 'plants.example'],
  ['https://plants.example.org', 'plants.example'],
  ['https://plants.example', 'plants.example:8443'],
  ['https://11.1.2.3', '10.0.0.0/8'],
  ['https://10.1.2.3', '10.0.0.0/99'],
  ['https://plants.example', '10.0.0.0/8'],
  ['https://localhost.example', ''],
])('%s goes through the proxy with NO_PROXY=%j', (url, noProxy) => {
  expect(bypassesProxy(new URL(url), noProxy)).toBe(false);
});
