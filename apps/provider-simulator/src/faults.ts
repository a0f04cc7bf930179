import { z } from 'zod';

export const fault = z
  .strictObject({
    provider: z.enum(['plant_id', 'plantnet']),
    /** Wait before the answer. */
    latencyMs: z.int().min(0).max(600_000).optional(),
    /** Answer with this and the body that belongs to it. */
    status: z.int().min(400).max(599).optional(),
    /** The key has nothing left: 429, and usage and quota say so. */
    outOfCredits: z.boolean().optional(),
    /** For so many identifications; without it until cleared. */
    times: z.int().min(1).optional(),
  })
  .refine(
    ({ latencyMs, status, outOfCredits }) => latencyMs !== undefined || status !== undefined || outOfCredits === true,
    'needs latencyMs, status or outOfCredits',
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

  /** What a call meets now. Only identifications use up `times`; usage and quota routes just meet what is in force. */
  meet(provider: ProviderName, isIdentify: boolean): Fault | undefined {
    const current = this.#inForce.get(provider);
    if (current?.times === undefined || !isIdentify) return current;
    if (current.times === 1) this.#inForce.delete(provider);
    else this.#inForce.set(provider, { ...current, times: current.times - 1 });
    return current;
  }
}
