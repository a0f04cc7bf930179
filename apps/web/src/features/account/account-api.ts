import { byField, type Errors, type FormResult, hasErrors } from '../../lib/form.ts';
import { noAnswer, tooManyRequestsHere } from '../../lib/form-fault.ts';
import { type Problem, problemOf } from '../../lib/problem.ts';

const BROKEN = 'Something broke on our side. Please try again in a moment.';
const WAIT_SECONDS = 60;

interface FormTexts<Field extends string> {
  fields: readonly Field[];
  /** What is said beside a field that the API does not take. */
  wrong: Readonly<Record<Field, string>>;
  /** Of one try too many; when the next one is let through is said after it. */
  tooMany: string;
}

/** What a call that failed means to the form that made it. Whoever is not signed in any more is led to do so. */
export function toFormFailure<Field extends string>(error: unknown, words: FormTexts<Field>): FormResult<Field> {
  const problem = problemOf(error);
  if (problem === undefined) return { error: noAnswer() };
  switch (problem.status) {
    case 401:
      location.assign('/login?next=/account');
      return 'leaving';
    case 429:
      return { error: tooManyRequestsHere(words.tooMany, problem.retryAfter ?? WAIT_SECONDS) };
    case 400:
    case 409: {
      const errors = errorsIn(problem, words);
      // What is said of no field is a sentence for people.
      return hasErrors(errors) ? { errors } : { error: { sentence: problem.detail } };
    }
    default:
      return { error: { sentence: BROKEN } };
  }
}

/** By the first step of each pointer, `#/email`. */
function errorsIn<Field extends string>({ errors = [] }: Problem, words: FormTexts<Field>): Errors<Field> {
  const named = new Set(errors.map(({ pointer }) => pointer.split('/')[1]));
  return byField(words.fields, (field) => (named.has(field) ? words.wrong[field] : undefined));
}
