import { expect, it } from 'vitest';
import { apiOf, GITHUB } from './github.ts';

it.each([
  [GITHUB, 'https://api.github.com'],
  ['https://octocorp.ghe.com/login/oauth', 'https://api.octocorp.ghe.com'],
  ['https://git.example.org/login/oauth', 'https://git.example.org/api/v3'],
  ['https://git.example.org:8443/login/oauth', 'https://git.example.org:8443/api/v3'],
  ['http://127.0.0.1:4000/login/oauth', 'http://127.0.0.1:4000/api/v3'],
  ['https://ghe.com.example.org/login/oauth', 'https://ghe.com.example.org/api/v3'],
])('the API of %s is at %s', (issuer, api) => {
  expect(apiOf(issuer)).toBe(api);
});
