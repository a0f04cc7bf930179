'use client';

import { type FormEvent, useEffect, useRef, useState } from 'react';
import {
  afterChange,
  byField,
  type Errors,
  type FormError,
  type FormFailure,
  type FormResult,
  hasErrors,
} from './form.ts';

interface FormOptions<Field extends string> {
  /** Names of the inputs. */
  fields: readonly Field[];
  /** Validates the values before they are sent. */
  check: (values: Readonly<Record<Field, string>>) => Errors<Field>;
  /** Sends the values; never rejects. */
  send: (values: Readonly<Record<Field, string>>) => Promise<FormResult<Field>>;
  /** Error to show at first, such as that of another page. */
  initialError?: FormError | undefined;
  /** Field whose change ends a wait, because the rate limit counts its values separately. */
  waitsPer?: Field;
}

/**
 * Manages a form of uncontrolled inputs, which keep what people type before this script has loaded. The error of a
 * field disappears once its value is valid; after a failure, focus goes to the first invalid field.
 */
export function useForm<Field extends string>({ fields, check, send, initialError, waitsPer }: FormOptions<Field>) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<FormFailure<Field>>(initialError === undefined ? {} : { error: initialError });
  const [failures, setFailures] = useState(0);
  useEffect(() => {
    if (failures > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [failures]);

  const read = () => {
    const typed = new FormData(form.current ?? undefined);
    return byField(fields, (field) => {
      const value = typed.get(field);
      return typeof value === 'string' ? value : '';
    });
  };
  const fail = (next: FormFailure<Field>) => {
    setFailure(next);
    setFailures((count) => count + 1);
  };

  const submit = async () => {
    if (busy || (failure.error?.until ?? 0) > Date.now()) return;
    const values = read();
    const errors = check(values);
    if (hasErrors(errors)) return fail({ errors });
    setFailure({});
    setBusy(true);
    const result = await send(values);
    if (result === 'leaving') return;
    setBusy(false);
    if (result === 'done') form.current?.reset();
    else fail(result);
  };

  const change = ({ target }: FormEvent<HTMLFormElement>) => {
    const field = fields.find((name) => target instanceof HTMLInputElement && target.name === name);
    if (field === undefined) return;
    const { error, ...withoutError } = failure;
    const current = field === waitsPer && error?.until !== undefined ? withoutError : failure;
    setFailure(afterChange(current, field, check(read())[field]));
  };

  return {
    busy,
    errors: byField(fields, (field) => failure.errors?.[field]),
    error: failure.error,
    /** Allows the next try; call it when the wait is over. */
    endWait: () => setFailure({}),
    formProps: {
      ref: form,
      // Without JavaScript, a GET would put what people typed into the URL.
      method: 'post' as const,
      noValidate: true,
      onInput: change,
      onSubmit: (event: FormEvent) => {
        event.preventDefault();
        void submit();
      },
    },
  };
}
