import { type CircuitEvent, createBulkhead, createCircuit } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { plantId } from '../providers/plant-id/index.ts';
import { circuitOutcomeOf } from '../providers/provider-error.ts';
import { plantIdBody } from '../providers/testing/bodies.ts';
import { request, unhurried } from '../providers/testing/request.ts';
import { type Act, answer, startStub } from '../providers/testing/stub-service.ts';
import { unlimited } from '../quotas/testing/unlimited.ts';
import { createProviderCaller } from './provider-caller.ts';
import { openAccess } from './testing/open-access.ts';

const gone = answer(404, 'The requested identification does not exist.');

/** Recalls an answer, then buys a new one; the bulkhead has one place, and the circuit one trial. */
async function callWith(...acts: Act[]) {
  await using stub = await startStub(...acts);
  const clock = new FakeClock();
  const events: CircuitEvent['type'][] = [];
  const circuit = createCircuit({
    name: 'plant_id',
    failMax: 1,
    resetTimeoutMs: 1_000,
    maxResetTimeoutMs: 1_000,
    successThreshold: 1,
    trialPermits: 1,
    classify: circuitOutcomeOf,
    clock,
  });
  const taken: string[] = [];
  const caller = createProviderCaller({
    definition: plantId,
    client: plantId.createClient({ apiKey: 'k', baseUrl: stub.url, timeoutMs: 5_000, clock }),
    access: openAccess,
    circuit,
    quota: unlimited,
    bulkhead: createBulkhead({ max: 1 }),
    clock,
    closing: unhurried(),
    onCircuit: ({ type }) => events.push(type),
    onCall: () => undefined,
  });
  const recallId = async () => {
    taken.push('recall id');
    return { customId: 4711, sentAt: clock.now() };
  };
  const call = () =>
    caller.call(request(), recallId).then(
      () => 'answered',
      (error: unknown) => (error instanceof Error ? error.name : 'failed'),
    );
  return {
    ends: { first: await call(), second: await call() },
    events,
    taken: taken.length,
    requests: stub.requests.length,
  };
}

describe('a recall followed by a call', () => {
  it('is one success to the circuit', async () => {
    const { ends, events } = await callWith(gone, answer(201, plantIdBody()), gone, answer(201, plantIdBody()));
    expect(ends).toEqual({ first: 'answered', second: 'answered' });
    expect(events).toEqual(['initialized', 'call_succeeded', 'call_succeeded']);
  });

  it.each([
    { name: 'the second fails', answers: [gone, answer(500, '')], requestsSent: 2 },
    { name: 'the first fails', answers: [answer(500, '')], requestsSent: 1 },
  ])(
    'is one failure when $name, after which neither is sent and no recall id is taken',
    async ({ answers, requestsSent }) => {
      const { ends, events, requests, taken } = await callWith(...answers);
      expect(ends).toEqual({ first: 'ProviderError', second: 'CircuitRejectedError' });
      expect(events.filter((type) => type === 'call_failed')).toHaveLength(1);
      expect({ requests, taken }).toEqual({ requests: requestsSent, taken: 1 });
    },
  );
});
