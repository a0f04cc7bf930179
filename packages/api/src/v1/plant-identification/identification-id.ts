import { rowId, rowIdParam } from '../row-id.ts';
import { EXAMPLES } from './examples.ts';

/** Id of an identification in the input of a procedure. */
export const identificationId = rowId;

/** Documents the id in a path. */
export const identificationParam = rowIdParam('ULID of an identification', EXAMPLES.identification.id);
