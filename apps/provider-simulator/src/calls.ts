import type { ProviderName } from './faults.ts';

export interface Count {
  /** Identifications asked for, refused ones too. */
  identify: number;
  /** Every request to the provider, identifications among them. */
  all: number;
}

/** How often each provider was called. */
export class CallCounter {
  readonly #counts: Record<ProviderName, Count> = fresh();

  add(provider: ProviderName, isIdentify: boolean): void {
    const count = this.#counts[provider];
    count.all += 1;
    if (isIdentify) count.identify += 1;
  }

  counts(): Readonly<Record<ProviderName, Readonly<Count>>> {
    return structuredClone(this.#counts);
  }

  reset(): void {
    Object.assign(this.#counts, fresh());
  }
}

function fresh(): Record<ProviderName, Count> {
  return { plant_id: { identify: 0, all: 0 }, plantnet: { identify: 0, all: 0 } };
}
