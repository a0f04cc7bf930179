/** The longest that a timer of Node takes: a longer one would fire at once. */
export const LONGEST_MS: number = 2 ** 31 - 1;

export interface Range {
  readonly min: number;
  readonly max?: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
}

/** @throws {RangeError} naming the option that cannot be */
export function checkRange(name: string, value: number, { min, max = Number.MAX_SAFE_INTEGER, whole }: Range): void {
  if (value >= min && value <= max && (!whole || Number.isSafeInteger(value))) return;
  throw new RangeError(`${name} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, got ${value}`);
}
