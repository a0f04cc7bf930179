import { z } from 'zod';
import 'zod-openapi';

/** Every id of a row is shorter. */
const MAX_LENGTH = 100;

/** Id of a row in the input of a procedure. An id of another form is not found, like an unknown one. */
export const rowId = z.string().max(MAX_LENGTH);

/** Documents such an id in a path; `description` says whose id it is. */
export function rowIdParam(description: string, example: string) {
  return rowId.meta({ description, example });
}
