import { describe, expect, test } from 'vitest';
import { headerUsage } from './usage.ts';

const SIX = Date.UTC(2026, 6, 1, 18);
const POLICY = '"dailyQuota";q=500;w=86400;pk=:c2ltdWxhdG9y:';
const LEFT = '"dailyQuota";r=420;t=21600;pk=:c2ltdWxhdG9y:';

function said(policy: string | undefined, state: string | undefined, now = SIX) {
  const headers = new Headers({
    ...(policy !== undefined && { 'RateLimit-Policy': policy }),
    ...(state !== undefined && { RateLimit: state }),
  });
  return headerUsage(headers, now);
}

describe('the usage in the headers of an answer', () => {
  test.each([
    { name: 'as the service sends them', policy: POLICY, state: LEFT },
    { name: 'with spaces', policy: ' "dailyQuota"; q=500; w=86400', state: ' "dailyQuota" ;r=420' },
    { name: 'the first of several', policy: `${POLICY}, "hourly";q=50;w=3600`, state: `${LEFT}, "hourly";r=1;t=60` },
    { name: 'with a midnight that is a few seconds off', policy: POLICY, state: '"dailyQuota";r=420;t=21570' },
  ])('$name', ({ policy, state }) => {
    expect(said(policy, state)).toEqual({ windows: { day: { limit: 500, used: 80 } }, exhausted: false });
  });

  test.each([
    { name: 'one is missing', policy: undefined, state: LEFT },
    { name: 'the other is', policy: POLICY, state: undefined },
    { name: 'they are of another name', policy: POLICY, state: '"hourly";r=420;t=21600' },
    { name: 'they are of another window', policy: '"dailyQuota";q=500;w=3600', state: LEFT },
    { name: 'more is left than there is', policy: POLICY, state: '"dailyQuota";r=501;t=21600' },
    { name: 'they are of a day that ends at another time', policy: POLICY, state: '"dailyQuota";r=0;t=5' },
    { name: 'they are no numbers', policy: '"dailyQuota";q=many;w=86400', state: LEFT },
    { name: 'they are nothing of the kind', policy: 'q=500', state: '<html>' },
  ])('is undefined when $name', ({ policy, state }) => expect(said(policy, state)).toBeUndefined());
});
