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
    ['as the service sends them', POLICY, LEFT],
    ['with spaces', ' "dailyQuota"; q=500; w=86400', ' "dailyQuota" ;r=420'],
    ['the first of several', `${POLICY}, "hourly";q=50;w=3600`, `${LEFT}, "hourly";r=1;t=60`],
    ['with a midnight that is a few seconds off', POLICY, '"dailyQuota";r=420;t=21570'],
  ])('%s', (_, policy, state) => {
    expect(said(policy, state)).toEqual({ windows: { day: { limit: 500, used: 80 } }, exhausted: false });
  });

  test.each([
    ['one is missing', undefined, LEFT],
    ['the other is', POLICY, undefined],
    ['they are of another name', POLICY, '"hourly";r=420;t=21600'],
    ['they are of another window', '"dailyQuota";q=500;w=3600', LEFT],
    ['more is left than there is', POLICY, '"dailyQuota";r=501;t=21600'],
    ['they are of a day that ends at another time', POLICY, '"dailyQuota";r=0;t=5'],
    ['they are no numbers', '"dailyQuota";q=many;w=86400', LEFT],
    ['they are nothing of the kind', 'q=500', '<html>'],
  ])('is undefined when %s', (_, policy, state) => expect(said(policy, state)).toBeUndefined());
});
