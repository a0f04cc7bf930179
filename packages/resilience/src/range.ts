/** The longest delay of a Node timer: a longer timer would fire at once. */
export const LONGEST_MS: number = 2 ** 31 - 1;

export interface Range {
  readonly min: number;
  readonly max?: number;
  /** Only whole numbers are valid. */
  readonly whole?: boolean;
}

/** @throws {RangeError} naming the option when its value is outside of the range */
export function checkRange(name: string, value: number, { min, max = Number.MAX_SAFE_INTEGER, whole }: Range): void {
  if (value >= min && value <= max && (!whole || Number.isSafeInteger(value))) return;
  throw new RangeError(`${name} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, got ${value}`);
}
