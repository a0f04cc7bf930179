/** A provider's probability or score as a number from 0 to 1; rounding on their side may put it a hair outside. */
export function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
