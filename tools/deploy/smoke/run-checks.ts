import { apiChecks } from './api.ts';
import type { Check } from './check.ts';
import { request, type SmokeResponse } from './check.ts';
import { pageChecks } from './pages.ts';

export interface CheckResult {
  check: Pick<Check, 'name' | 'path'>;
  faults: readonly string[];
}

/** Checks all that strangers may see of an instance, one request after the other. Changes nothing. */
export async function* runChecks(origin: URL): AsyncGenerator<CheckResult> {
  const isHttps = origin.protocol === 'https:';
  const mode = await modeOf(origin);
  for (const check of [...apiChecks(isHttps, mode), ...pageChecks(isHttps), ...(isHttps ? [redirect] : [])]) {
    const url = new URL(check.path, check === redirect ? withoutTls(origin) : origin);
    yield { check, faults: await faultsAt(url, check) };
  }
}

async function faultsAt(url: URL, check: Check): Promise<string[]> {
  let seen: SmokeResponse;
  try {
    seen = await request(url, check.visit);
  } catch (thrown) {
    return [`no answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`];
  }
  try {
    return check.faults(seen);
  } catch {
    return [`status ${seen.status}, and a body that cannot be read`];
  }
}

const redirect: Check = {
  name: 'plain http leads to https',
  path: '/identify',
  faults: (seen) => {
    const isLed = seen.status === 308 && seen.header('location')?.startsWith('https://') === true;
    return isLed ? [] : [`status ${seen.status} without a way to https`];
  },
};

function withoutTls(origin: URL): URL {
  const plain = new URL(origin);
  plain.protocol = 'http:';
  return plain;
}

/** Returns the mode of the instance; production, the stricter one, when it does not say. */
async function modeOf(origin: URL): Promise<'development' | 'production'> {
  try {
    const { authentication } = (await request(new URL('/api/v1/plant-identification/identify/health', origin))).json();
    const told = typeof authentication === 'object' && authentication !== null && 'mode' in authentication;
    return told && authentication.mode === 'development' ? 'development' : 'production';
  } catch {
    return 'production';
  }
}
