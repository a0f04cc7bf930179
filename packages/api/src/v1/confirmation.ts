import { z } from 'zod';

/**
 * Input of a change that needs nothing but its caller. A form of another site cannot send it, because its member is
 * required and forms cannot send JSON. Over REST the method is DELETE, which forms cannot send, or the request guard alone
 * keeps other sites out; the endpoint adds the member.
 */
export const confirmation = z.strictObject({ confirm: z.literal(true) });

export const CONFIRMED: z.infer<typeof confirmation> = { confirm: true };
