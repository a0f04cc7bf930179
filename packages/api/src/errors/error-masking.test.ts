import { describe, expect, it } from 'vitest';
import { allProcedures } from '../testing/all-procedures.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { everyUserOperation } from '../testing/fake-operations.ts';
import { samples } from '../testing/samples.ts';

const SECRET = 'cannot reach postgres://plants:hunter2@db.example';

const failing = async (): Promise<never> => {
  throw new Error(SECRET);
};
async function* failingStream(): AsyncGenerator<never> {
  yield await failing();
}

const service = {
  identify: failing,
  progress: failingStream,
  health: failing,
  history: failing,
  find: failing,
  exportHistory: failingStream,
  giveFeedback: failing,
  photo: failing,
  delete: failing,
  deleteAll: failing,
  restore: failing,
  restoreAll: failing,
  forget: failing,
};
const operations = {
  overview: failing,
  watchOverview: failingStream,
  isolateProvider: failing,
  releaseProvider: failing,
  resetProvider: failing,
  alerts: failing,
  acknowledgeAlert: failing,
  audit: failing,
  users: everyUserOperation(failing),
};
const accounts = { register: failing, changePassword: failing, signOutEverywhere: failing, delete: failing };
const apiKeys = { create: failing, list: failing, find: failing, revoke: failing };
const tokens = { issue: failing, refresh: failing, revoke: failing };

const asAda = { Authorization: 'Bearer ada' };

const leaked = /cannot reach|stack|\.ts:\d/;
const inModes = allProcedures.flatMap((route) =>
  (['development', 'production'] as const).map((mode) => ({ ...route, route, mode })),
);

describe('an internal error', () => {
  it.each(inModes)('in $procedure, $namespace over $over, $mode, is only logged', async ({ mode, route }) => {
    const { api, log } = apiUnderTest({
      config: { mode },
      service,
      operations,
      auth: { accounts, apiKeys, tokens },
      limit: { peek: failing },
    });
    const answer = await route.call(api, samples[route.procedure]?.(), asAda);
    const text = await answer.text();
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
    expect(answer.status).toBe(isStream ? 200 : 500);
    expect(text).toContain('Internal error');
    expect(text).not.toMatch(leaked);
    expect(log.filter((line) => line.includes('A call failed') && line.includes('cannot reach'))).toHaveLength(1);
    expect(log.join()).not.toContain('hunter2');
  });

  it.each(allProcedures.filter(({ policy }) => policy !== 'public'))(
    'while authenticating the caller of $procedure, $namespace over $over, is not shown',
    async (route) => {
      const { api } = apiUnderTest({ auth: { callerOf: failing } });
      const answer = await route.call(api, samples[route.procedure]?.(), asAda);
      const text = await answer.text();
      expect(text).toContain('Internal error');
      expect(text).not.toMatch(leaked);
    },
  );
});
