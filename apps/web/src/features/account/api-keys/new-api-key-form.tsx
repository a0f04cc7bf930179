'use client';

import { v1 } from '@/lib/api-client.ts';
import type { Errors, FormResult } from '@/lib/form.ts';
import { useForm } from '@/lib/use-form.ts';
import { Field, SelectField } from '@/ui/field.tsx';
import form from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { toFormFailure } from '../account-api.ts';
import { LONG_NAME, nameError } from '../account-rules.ts';
import { MANY_TRIES } from '../sign-in.ts';
import { ENDS, endAfter, SCOPE_TEXTS, SCOPES } from './api-key-text.ts';
import styles from './api-keys.module.css';

/** A new key, as the server tells it once. */
export interface MadeKey {
  id: string;
  name: string;
  key: string;
}

/** Form for a new API key. */
export function NewApiKeyForm({ onMade }: { onMade: (key: MadeKey) => void }) {
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: FIELDS,
    check: checkKey,
    send: (values) => makeKey(values, onMade),
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

/** Makes a key and passes it on. */
async function makeKey(values: KeyValues, onMade: (key: MadeKey) => void): Promise<FormResult<KeyField>> {
  const scopes = SCOPES.filter((scope) => values[scope] !== '');
  if (scopes.length === 0) return { error: { message: NO_SCOPE } };
  const end = endAfter(values.days, Date.now());
  try {
    onMade(
      await v1.apiKeys.create.mutate({
        name: values.name.trim(),
        scopes,
        ...(end !== undefined && { expires_at: end }),
      }),
    );
  } catch (error) {
    return toFormFailure(error, TEXTS);
  }
  return 'done';
}
