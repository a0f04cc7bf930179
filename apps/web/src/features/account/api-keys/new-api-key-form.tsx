'use client';

import type { Errors } from '@/lib/form.ts';
import { trpc } from '@/lib/trpc.tsx';
import { useForm } from '@/lib/use-form.ts';
import type { MadeApiKey } from '@/lib/wire.ts';
import { Field, SelectField } from '@/ui/field.tsx';
import form from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { toFormFailure } from '../account-api.ts';
import { LONG_NAME, nameError } from '../account-rules.ts';
import { MANY_TRIES } from '../sign-in.ts';
import { ENDS, endAfter, SCOPE_TEXTS, SCOPES } from './api-key-text.ts';
import styles from './api-keys.module.css';

/** Form for a new API key. */
export function NewApiKeyForm({ onMade }: { onMade: (key: MadeApiKey) => void }) {
  const { mutateAsync: makeKey } = trpc.v1.apiKeys.create.useMutation();
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: FIELDS,
    check: checkKey,
    async send(values) {
      const scopes = SCOPES.filter((scope) => values[scope] !== '');
      if (scopes.length === 0) return { error: { message: NO_SCOPE } };
      const end = endAfter(values.days, Date.now());
      try {
        onMade(await makeKey({ name: values.name.trim(), scopes, ...(end !== undefined && { expires_at: end }) }));
      } catch (cause) {
        return toFormFailure(cause, TEXTS);
      }
      return 'done';
    },
  });
  return (
    <form className={form['form']} {...formProps}>
      <Field
        label="Name"
        hint="Such as the script that will use the key."
        name="name"
        autoComplete="off"
        error={errors.name}
      />
      <fieldset className={styles['scopes']}>
        <legend>The key may</legend>
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input type="checkbox" name={scope} defaultChecked={scope === 'identify'} />
            {SCOPE_TEXTS[scope]}
          </label>
        ))}
      </fieldset>
      <SelectField label="Ends" name="days">
        {ENDS.map(({ days, label }) => (
          <option key={days} value={days}>
            {label}
          </option>
        ))}
      </SelectField>
      <FormErrorText error={error} />
      <div>
        <SubmitButton
          tone="leaf"
          label="Make a key"
          busyLabel="Making a key"
          busy={busy}
          until={error?.until}
          onWaitOver={endWait}
        />
      </div>
    </form>
  );
}

const FIELDS = ['name', ...SCOPES, 'days'] as const;
type KeyField = (typeof FIELDS)[number];
type KeyValues = Readonly<Record<KeyField, string>>;

const TEXTS = {
  fields: FIELDS,
  invalid: { name: LONG_NAME, identify: '', read: '', write: '', days: '' },
  tooMany: MANY_TRIES,
};
const NO_SCOPE = 'Please choose what the key may do.';

function checkKey({ name }: KeyValues): Errors<KeyField> {
  return { name: name.trim() === '' ? 'Please name the key.' : nameError(name) };
}
