'use client';

import { type FormEvent, useEffect, useRef, useState } from 'react';
import { afterChange, byField, type Errors, type FormFailure, type FormResult, hasErrors } from './form.ts';
import type { FormError } from './form-fault.ts';

interface FormUse<Field extends string> {
  /** As the inputs are called. */
  fields: readonly Field[];
  /** What can be seen to be wrong without asking. */
  check: (values: Readonly<Record<Field, string>>) => Errors<Field>;
  /** Never rejects. */
  send: (values: Readonly<Record<Field, string>>) => Promise<FormResult<Field>>;
  /** Of what was tried before this page. */
  before?: FormError | undefined;
  /** A wait is over when this field is changed. */
  freedBy?: Field;
}

/**
 * A form of inputs that keep what is typed by themselves, before the script is there too. Each field's error is said as
 * long as it is one; after a refusal focus goes to the first field that is not in order.
 */
export function useForm<Field extends string>({ fields, check, send, before, freedBy }: FormUse<Field>) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<FormFailure<Field>>(before === undefined ? {} : { error: before });
  const [refusals, setRefusals] = useState(0);
  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [refusals]);

  const read = () => {
    const typed = new FormData(form.current ?? undefined);
    return byField(fields, (field) => {
      const value = typed.get(field);
      return typeof value === 'string' ? value : '';
    });
  };
  const refuse = (reason: FormFailure<Field>) => {
    setRefusal(reason);
    setRefusals((count) => count + 1);
  };

  const submit = async () => {
    if (busy || (refusal.error?.until ?? 0) > Date.now()) return;
    const values = read();
    const errors = check(values);
    if (hasErrors(errors)) return refuse({ errors });
    setRefusal({});
    setBusy(true);
    const outcome = await send(values);
    if (outcome === 'leaving') return;
    setBusy(false);
    if (outcome === 'done') form.current?.reset();
    else refuse(outcome);
  };

  const change = ({ target }: FormEvent<HTMLFormElement>) => {
    const field = fields.find((name) => target instanceof HTMLInputElement && target.name === name);
    if (field === undefined) return;
    const { error: fault, ...rest } = refusal;
    const freed = field === freedBy && fault?.until !== undefined ? rest : refusal;
    setRefusal(afterChange(freed, field, check(read())[field]));
  };

  return {
    busy,
    errors: byField(fields, (field) => refusal.errors?.[field]),
    fault: refusal.error,
    /** Called when a wait is over. */
    free: () => setRefusal({}),
    props: {
      ref: form,
      // Without a script nothing that is typed comes into an address.
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
