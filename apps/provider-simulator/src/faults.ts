import { z } from 'zod';

/**
 * How an identification's answer is lost on its way: held back, the connection reset, no JSON, or cut in the middle.
 */
const breakage = z.enum(['hang', 'reset', 'malformed', 'truncated']);
export type Breakage = z.infer<typeof breakage>;

export const fault = z
  .strictObject({
    provider: z.enum(['plant_id', 'plantnet']),
    /** Wait before the call is looked at; with `hang`, before its answer leaves. */
    latencyMs: z.int().min(0).max(600_000).optional(),
    /** Answer with this and the body that belongs to it. */
    status: z.int().min(400).max(599).optional(),
    /** The key has nothing left: 429, and usage and quota say so. */
    outOfCredits: z.boolean().optional(),
    /** The answer of an identification is lost; without `latencyMs` a `hang` lasts until the caller leaves. */
    breaks: breakage.optional(),
    /** It is lost before the identification was made and paid, rather than after. */
    before: z.boolean().optional(),
    /** For so many identifications; without it until cleared. */
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

export type Fault = z.infer<typeof fault>;
export type ProviderName = Fault['provider'];

/** The faults in force, one a provider: a new one replaces the one before. */
export class FaultBoard {
  readonly #inForce = new Map<ProviderName, Fault>();

  set(value: Fault): void {
    this.#inForce.set(value.provider, value);
  }

  clear(): void {
    this.#inForce.clear();
  }

  list(): Fault[] {
    return [...this.#inForce.values()];
  }

  /** What a call meets now. Only identifications use up `times`, and only their answers break. */
  meet(provider: ProviderName, isIdentify: boolean): Fault | undefined {
    const current = this.#inForce.get(provider);
    if (current && !isIdentify && isBreaking(current)) return undefined;
    if (current?.times === undefined || !isIdentify) return current;
    if (current.times === 1) this.#inForce.delete(provider);
    else this.#inForce.set(provider, { ...current, times: current.times - 1 });
    return current;
  }
}

export function isBreaking(one: Fault): one is Fault & { breaks: Breakage } {
  return one.breaks !== undefined;
}
