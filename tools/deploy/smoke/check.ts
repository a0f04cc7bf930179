import type { Seen, Visit } from './visit.ts';

/** One look at a deployed instance: what is asked, and what must be true of the answer. */
export interface Check {
  name: string;
  path: string;
  visit?: Visit;
  /** What is wrong with the answer, a phrase each. */
  faults(seen: Seen): string[];
}

/** The faults that hold. */
export function unless(...claims: readonly (readonly [holds: boolean, fault: string])[]): string[] {
  return claims.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}

export function hasStatus(seen: Seen, ...wanted: readonly number[]): readonly [boolean, string] {
  return [wanted.includes(seen.status), `status ${seen.status} instead of ${wanted.join(' or ')}`];
}

export function hasHeader(seen: Seen, name: string, form: RegExp): readonly [boolean, string] {
  const value = seen.header(name);
  return [value !== undefined && form.test(value), `${name} is ${value === undefined ? 'missing' : `"${value}"`}`];
}

export function isProblem(seen: Seen, code: string): readonly [boolean, string] {
  const isRight = seen.header('content-type') === 'application/problem+json' && codeOf(seen) === code;
  return [isRight, `not the problem "${code}"`];
}

function codeOf(seen: Seen): unknown {
  try {
    return seen.json()['code'];
  } catch {
    return undefined;
  }
}
