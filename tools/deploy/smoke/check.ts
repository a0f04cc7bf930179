import type { SmokeRequest, SmokeResponse } from './request.ts';

/** One look at a deployed instance: what is asked, and what must be true of the answer. */
export interface Check {
  name: string;
  path: string;
  visit?: SmokeRequest;
  /** What is wrong with the answer, a phrase each. */
  faults(seen: SmokeResponse): string[];
}

/** The faults that hold. */
export function unless(...claims: readonly (readonly [holds: boolean, fault: string])[]): string[] {
  return claims.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}

export function hasStatus(seen: SmokeResponse, ...wanted: readonly number[]): readonly [boolean, string] {
  return [wanted.includes(seen.status), `status ${seen.status} instead of ${wanted.join(' or ')}`];
}

export function hasHeader(seen: SmokeResponse, name: string, form: RegExp): readonly [boolean, string] {
  const value = seen.header(name);
  return [value !== undefined && form.test(value), `${name} is ${value === undefined ? 'missing' : `"${value}"`}`];
}

export function isProblem(seen: SmokeResponse, code: string): readonly [boolean, string] {
  const isRight = seen.header('content-type') === 'application/problem+json' && codeOf(seen) === code;
  return [isRight, `not the problem "${code}"`];
}

function codeOf(seen: SmokeResponse): unknown {
  try {
    return seen.json()['code'];
  } catch {
    return undefined;
  }
}
