import { createCircuit } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import type { ProviderDefinition } from '../providers/definition.ts';
import { PROVIDERS } from '../providers/index.ts';
import { circuitOutcomeOf } from '../providers/provider-error.ts';
import { errorOf, request, unhurried } from '../providers/testing/request.ts';
import { type Act, answer, silence, startStub } from '../providers/testing/stub-service.ts';
import { createCircuitLog } from './circuit-log.ts';

const TIMEOUT_MS = 20_000;

/** Makes one call of the real client against `baseUrl`, and returns its log lines. */
async function failedLine(
  { createClient, name }: ProviderDefinition,
  baseUrl: string,
  sent: Promise<unknown> | undefined,
): Promise<string> {
  const clock = new FakeClock();
  const lines: string[] = [];
  const write = (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg);
  const client = createClient({
    apiKey: 'k3y-0123456789',
    baseUrl,
    timeoutMs: TIMEOUT_MS,
    clock,
  });
  const circuit = createCircuit({
    name,
    failMax: 5,
    resetTimeoutMs: 60_000,
    maxResetTimeoutMs: 300_000,
    successThreshold: 2,
    trialPermits: 2,
    classify: circuitOutcomeOf,
    clock,
  });
  circuit.subscribe(createCircuitLog(name, createLogger({ level: 'error', destination: { write } }), clock));
  const failed = errorOf(circuit.execute(() => client.identify(request(), unhurried())));
  if (sent !== undefined) {
    await sent;
    clock.advance(TIMEOUT_MS);
  }
  await failed;
  return lines.join('\n');
}

const hangUp: Act = (response) => response.destroy();

describe.each(PROVIDERS)('a failed call of $name is logged with its label:', (definition) => {
  const line = (text: string) => `[CIRCUIT] ${definition.name}_api call FAILED - ${text} (fail_count=1/5)`;

  it.each<[string, Act]>([
    ['http_502: HTTP 502: Bad Gateway', answer(502, 'Bad Gateway')],
    ['http_500: HTTP 500', answer(500, '')],
    ['http_504: HTTP 504: Gateway Timeout', answer(504, 'Gateway Timeout')],
    ['http_408: HTTP 408', answer(408, '')],
    ['redirect: answered 302', answer(302, '', { location: 'https://elsewhere.example/' })],
    ['connection: UND_ERR_SOCKET', hangUp],
    ['malformed: the answer is not JSON', answer(200, '<html>')],
  ])('%s', async (text, act) => {
    await using stub = await startStub(act);
    expect(await failedLine(definition, stub.url, undefined)).toBe(line(text));
  });

  it('off_contract: the place where the answer differs', async () => {
    await using stub = await startStub(answer(200, { results: 7, result: 7 }));
    expect(await failedLine(definition, stub.url, undefined)).toMatch(/call FAILED - off_contract: \S/);
  });

  it('timeout: no answer within its time limit', async () => {
    await using stub = await startStub(silence);
    const sent = stub.arrival();
    expect(await failedLine(definition, stub.url, sent)).toBe(line(`timeout: no answer within ${TIMEOUT_MS} ms`));
  });

  it('connection: ECONNREFUSED', async () => {
    const stub = await startStub(silence);
    await stub[Symbol.asyncDispose]();
    expect(await failedLine(definition, stub.url, undefined)).toBe(line('connection: ECONNREFUSED'));
  });
});
