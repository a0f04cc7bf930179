import type { FormError } from './form-fault.ts';

/** Sentences beside fields, by the fields' names; undefined where all is well. */
export type Errors<Field extends string> = Readonly<Partial<Record<Field, string | undefined>>>;

/** What was not in order, with single fields or in all. */
export interface FormFailure<Field extends string> {
  errors?: Errors<Field>;
  error?: FormError;
}

/** What became of a form that was sent; `leaving`: another page is on its way. */
export type FormResult<Field extends string> = 'done' | 'leaving' | FormFailure<Field>;

export function hasErrors(errors: Errors<string>): boolean {
  return Object.values(errors).some((error) => error !== undefined);
}

/** Something for each field. */
export function byField<Field extends string, Value>(
  fields: readonly Field[],
  valueOf: (field: Field) => Value,
): Record<Field, Value> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the names
  return Object.fromEntries(fields.map((field) => [field, valueOf(field)])) as Record<Field, Value>;
}

/** The refusal with what is true now of a field that was changed: never more than was said of it before. */
export function afterChange<Field extends string>(
  refusal: FormFailure<Field>,
  field: NoInfer<Field>,
  errorNow: string | undefined,
): FormFailure<Field> {
  if (refusal.errors?.[field] === undefined) return refusal;
  const changed: Errors<string> = { [field]: errorNow };
  return { ...refusal, errors: { ...refusal.errors, ...changed } };
}
