import 'server-only';
import { container } from './container.ts';
import { refusalCode } from './refusal-code.ts';
import { viewer } from './viewer.ts';

/**
 * The signed-in viewer's identifications, newest first; judged by the same procedures as the API. Undefined for a
 * cursor that cannot be one.
 */
export async function historyPage(cursor?: string) {
  const caller = await viewersCaller();
  return unlessRefused(caller.plantIdentification.history(cursor === undefined ? {} : { cursor }));
}

/** Undefined for one that is not the viewer's, as for one that does not or cannot exist. */
export async function identificationOf(id: string) {
  const caller = await viewersCaller();
  return unlessRefused(caller.plantIdentification.identification({ id }));
}

const NOT_THERE: ReadonlySet<string | undefined> = new Set(['not_found', 'invalid_request']);

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (NOT_THERE.has(refusalCode(error))) return undefined;
    throw error;
  }
}

async function viewersCaller() {
  const { api } = await container();
  const { principal } = await viewer();
  return api.caller(principal);
}
