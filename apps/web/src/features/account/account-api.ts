import type { ErrorData } from '@plantcommunity/api';
import { byField, type Errors, type FormResult, hasErrors, noAnswer, tooManyRequestsHere } from '../../lib/form.ts';
import { problemOf } from '../../lib/problem.ts';

const SERVER_ERROR = 'Something broke on our side. Please try again in a moment.';
const DEFAULT_RETRY_SECONDS = 60;

interface FormTexts<Field extends string> {
  fields: readonly Field[];
  /** Messages for fields that the API rejects. */
  invalid: Readonly<Record<Field, string>>;
  /** Message for a rate-limited request; the time of the next possible try follows it. */
  tooMany: string;
}

/** Converts the error of an API call to the result of the form that made it. A 401 leads to the sign-in page. */
export function toFormFailure<Field extends string>(error: unknown, texts: FormTexts<Field>): FormResult<Field> {
  const problem = problemOf(error);
  if (problem === undefined) return { error: noAnswer() };
  switch (problem.status) {
    case 401:
      location.assign('/login?next=/account');
      return 'leaving';
    case 429:
      return { error: tooManyRequestsHere(texts.tooMany, problem.retryAfter ?? DEFAULT_RETRY_SECONDS) };
    case 400:
    case 409: {
      const errors = fieldErrors(problem, texts);
      // Without a pointer to a field, the detail is a sentence for people.
      return hasErrors(errors) ? { errors } : { error: { message: problem.detail } };
    }
    default:
      return { error: { message: SERVER_ERROR } };
  }
}

/** Finds the invalid fields by the first step of each pointer, such as `#/email`. */
function fieldErrors<Field extends string>({ errors = [] }: ErrorData, texts: FormTexts<Field>): Errors<Field> {
  const invalid = new Set(errors.map(({ pointer }) => pointer.split('/')[1]));
  return byField(texts.fields, (field) => (invalid.has(field) ? texts.invalid[field] : undefined));
}
