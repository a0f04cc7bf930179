import { untilTime } from './format/time.ts';

/** Error messages by the names of the fields; undefined for a valid field. */
export type Errors<Field extends string> = Readonly<Partial<Record<Field, string | undefined>>>;

/** Error of a form as a whole. */
export interface FormError {
  message: string;
  /** Time of the next possible try, in epoch milliseconds. */
  until?: number;
}

/** Errors of single fields, of the form, or both. */
export interface FormFailure<Field extends string> {
  errors?: Errors<Field>;
  error?: FormError;
}

/** Result of sending a form; `leaving`: another page is loading. */
export type FormResult<Field extends string> = 'done' | 'leaving' | FormFailure<Field>;

export function hasErrors(errors: Errors<string>): boolean {
  return Object.values(errors).some((error) => error !== undefined);
}

/** Makes a record with one value for each field. */
export function byField<Field extends string, Value>(
  fields: readonly Field[],
  valueOf: (field: Field) => Value,
): Record<Field, Value> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the names
  return Object.fromEntries(fields.map((field) => [field, valueOf(field)])) as Record<Field, Value>;
}

/** Updates the error of a field after its value changed. A field without an error gets none before the next submit. */
export function afterChange<Field extends string>(
  failure: FormFailure<Field>,
  field: NoInfer<Field>,
  errorNow: string | undefined,
): FormFailure<Field> {
  if (failure.errors?.[field] === undefined) return failure;
  const changed: Errors<string> = { [field]: errorNow };
  return { ...failure, errors: { ...failure.errors, ...changed } };
}

const NO_ANSWER = 'No answer came from us. Please try again in a moment.';
const OFFLINE = 'You are offline. Nothing is lost: try again once you are connected.';

/** Makes the error of a request without an answer. */
export function noAnswer(): FormError {
  return { message: navigator.onLine ? NO_ANSWER : OFFLINE };
}

/** Makes the error of a rate-limited request; `seconds`: value of Retry-After. */
export function tooManyRequests(message: string, seconds: number, now: number, timeZone: string): FormError {
  const until = now + seconds * 1000;
  return { message: `${message} You can try again at ${untilTime(until, now, timeZone)}.`, until };
}

/** Like `tooManyRequests`, by the clock and in the time zone of this device; for the browser only. */
export function tooManyRequestsHere(message: string, seconds: number): FormError {
  return tooManyRequests(message, seconds, Date.now(), Intl.DateTimeFormat().resolvedOptions().timeZone);
}
