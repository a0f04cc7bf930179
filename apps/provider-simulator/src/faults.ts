import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { SimulatorResponse } from './server.ts';

/**
 * Ways to lose the response to an identification: it is held back, the connection is reset, the body is not JSON, or it is
 * cut in the middle.
 */
const breakTypeSchema = z.enum(['hang', 'reset', 'malformed', 'truncated']);
export type BreakType = z.infer<typeof breakTypeSchema>;

export const faultSchema = z
  .strictObject({
    provider: z.enum(['plant_id', 'plantnet']),
    /** Delay before a call is handled; with `hang`, before its response is sent. */
    latencyMs: z.int().min(0).max(600_000).optional(),
    /** Answer with this status and the body that belongs to it. */
    status: z.int().min(400).max(599).optional(),
    /** Answer 429, and report no credits left in usage and quota. */
    outOfCredits: z.boolean().optional(),
    /** Lose the response to an identification; a `hang` without `latencyMs` lasts until the client disconnects. */
    breaks: breakTypeSchema.optional(),
    /** Lose the response before the identification is made and paid, not after. */
    before: z.boolean().optional(),
    /** Number of identifications that meet the fault; unlimited when absent. */
    times: z.int().min(1).optional(),
  })
  .refine(
    ({ latencyMs, status, outOfCredits, breaks }) =>
      latencyMs !== undefined || status !== undefined || outOfCredits === true || breaks !== undefined,
    'needs latencyMs, status, outOfCredits or breaks',
  )
  .refine(({ before, breaks }) => before === undefined || breaks !== undefined, 'before needs breaks')
  .refine(
    ({ breaks, status, outOfCredits }) => breaks === undefined || (status === undefined && outOfCredits !== true),
    'an answer that breaks cannot refuse too',
  );

export type Fault = z.infer<typeof faultSchema>;
export type ProviderName = Fault['provider'];

/** The active faults, one per provider: a new one replaces the one before. */
export class ActiveFaults {
  readonly #faults = new Map<ProviderName, Fault>();

  set(value: Fault): void {
    this.#faults.set(value.provider, value);
  }

  clear(): void {
    this.#faults.clear();
  }

  list(): Fault[] {
    return [...this.#faults.values()];
  }

  /** Returns the fault that a call meets. Only identifications count against `times`, and only their responses break. */
  take(provider: ProviderName, isIdentify: boolean): Fault | undefined {
    const current = this.#faults.get(provider);
    if (current && !isIdentify && isBreaking(current)) return undefined;
    if (current?.times === undefined || !isIdentify) return current;
    if (current.times === 1) this.#faults.delete(provider);
    else this.#faults.set(provider, { ...current, times: current.times - 1 });
    return current;
  }
}

export function isBreaking(fault: Fault): fault is Fault & { breaks: BreakType } {
  return fault.breaks !== undefined;
}

/** Longest delay of a timer: until the client disconnects. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Returns a response that breaks as the fault says. The identification is made and paid nevertheless and can be asked for
 * again, unless the fault says `before`: then it is not made.
 */
export async function breakResponse(
  fault: Fault & { breaks: BreakType },
  respond: () => Promise<Response>,
  signal: AbortSignal,
): Promise<SimulatorResponse> {
  const { before = false, breaks, latencyMs } = fault;
  if (breaks !== 'hang') await pause(latencyMs ?? 0, signal);
  const response = before ? undefined : await respond();
  switch (breaks) {
    case 'hang':
      await pause(latencyMs ?? MAX_DELAY_MS, signal);
      return { response: response ?? (await respond()) };
    case 'reset':
      return { response: new Response(null), cut: 'at_once' };
    case 'malformed':
      return { response: new Response('<html><title>200 OK</title>', { headers: { 'Content-Type': 'text/html' } }) };
    case 'truncated':
      return { response: response ?? Response.json({ access_token: 'cut', result: {} }), cut: 'halfway' };
  }
}

/** Waits for `ms` milliseconds. @throws when the client disconnects meanwhile */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal });
}
