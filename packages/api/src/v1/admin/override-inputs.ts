import { PROVIDER_NAMES } from '@plantcommunity/identification';
import { z } from 'zod';

/** Inputs of the overrides, which only tRPC offers. */

const provider = z.enum(PROVIDER_NAMES);

/** `reason`: 10 to 500 characters, stored in the audit trail. */
export const overrideInput = z.strictObject({ provider, reason: z.string() });

/** Ends at `until` or after `minutes`, up to 30 days; with neither it lasts until it is released. */
export const isolateInput = overrideInput
  .extend({ until: z.iso.datetime().optional(), minutes: z.int().min(1).max(43_200).optional() })
  .refine(({ minutes, until }) => minutes === undefined || until === undefined, {
    error: 'Give until or minutes, not both.',
    path: ['minutes'],
  });
