import { z } from 'zod';
import { MAX_ID_LENGTH } from '../max-id-length.ts';
import { EXAMPLES } from './examples.ts';

/** Id of an identification in the input of a procedure. One that is no ULID is not found, like an unknown one. */
export const identificationId = z.string().max(MAX_ID_LENGTH);

/** Documents the id in a path. */
export const identificationParam = z.string().meta({
  description: `ULID of an identification; at most ${MAX_ID_LENGTH} characters`,
  example: EXAMPLES.identification.id,
});
