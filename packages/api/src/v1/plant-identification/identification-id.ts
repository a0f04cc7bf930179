import { z } from 'zod';
import { EXAMPLES } from './examples.ts';

/** Id of an identification in the input of a procedure. One that is no ULID is not found, like an unknown one. */
export const identificationId = z.string().max(100);

/** Documents the id in a path. */
export const identificationParam = z
  .string()
  .meta({ description: 'ULID of an identification', example: EXAMPLES.identification.id });
