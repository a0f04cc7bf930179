import 'server-only';
import { container } from './container.ts';
import { viewer } from './viewer.ts';

/** The signed-in viewer's identifications, newest first; judged by the same procedures as the API. */
export async function historyPage(cursor?: string) {
  const caller = await viewersCaller();
  return caller.plantIdentification.history(cursor === undefined ? {} : { cursor });
}

/** Undefined for one that is not the viewer's, as for one that does not exist. */
export async function identificationOf(id: string) {
  const caller = await viewersCaller();
  try {
    return await caller.plantIdentification.identification({ id });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function viewersCaller() {
  const { api } = await container();
  const { principal } = await viewer();
  return api.caller(principal);
}

/** By its code: the procedure's error class is another copy than the one a page would compare with. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'NOT_FOUND';
}
