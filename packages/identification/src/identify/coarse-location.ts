import type { IdentifyOptions } from '../types.ts';

/** To 0.1 degree, some 11 km: what a flora knows, and not where somebody lives. */
const coarse = (degrees: number): number => Math.round(degrees * 10) / 10;

/** The options as they are kept, asked and sent: nobody is told more about a place than the answer needs. */
export function withCoarseLocation(options: IdentifyOptions): IdentifyOptions {
  const { location, ...rest } = options;
  if (location === undefined) return options;
  return { ...rest, location: { latitude: coarse(location.latitude), longitude: coarse(location.longitude) } };
}
