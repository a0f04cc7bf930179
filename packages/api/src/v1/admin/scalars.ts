import { z } from 'zod';

/** Times are ISO 8601, durations milliseconds, shares 0 to 1, on the whole wire of operators. */
export const instant = z.iso.datetime();
export const count = z.int().min(0);
export const ms = z.number().min(0);
export const share = z.number().min(0).max(1);
