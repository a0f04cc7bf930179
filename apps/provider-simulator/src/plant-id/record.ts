import { randomBytes } from 'node:crypto';
import type { Diagnosis } from '../diagnosis.ts';
import type { Health } from '../health.ts';
import type { Options } from './order.ts';

/** What the service knows of an identification that was made. */
export interface Identification {
  accessToken: string;
  options: Options;
  /** Names of the photos, as they are echoed. */
  photos: readonly string[];
  isPlant: boolean;
  /** Absent when nothing that looks like a plant is to be seen. */
  seen: { diagnosis: Diagnosis; health: Health } | undefined;
  /** Milliseconds since 1970. */
  created: number;
  feedback?: { comment?: string | undefined; rating?: number | undefined };
}

const KEPT = 1000;

/** The newest identifications, to be asked for again by access token or custom id. */
export class Records {
  readonly #byToken = new Map<string, Identification>();

  add(record: Omit<Identification, 'accessToken'>): Identification {
    const kept = { ...record, accessToken: randomBytes(11).toString('base64url') };
    this.#byToken.set(kept.accessToken, kept);
    const [oldest] = this.#byToken.keys();
    if (this.#byToken.size > KEPT && oldest !== undefined) this.#byToken.delete(oldest);
    return kept;
  }

  find(id: string): Identification | undefined {
    const byToken = this.#byToken.get(id);
    if (byToken || !/^\d+$/.test(id)) return byToken;
    return [...this.#byToken.values()].findLast(({ options }) => options.custom_id === Number(id));
  }

  delete(record: Identification): void {
    this.#byToken.delete(record.accessToken);
  }
}
