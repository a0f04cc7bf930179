'use client';

import type { Errors } from '@/lib/form.ts';
import { trpc } from '@/lib/trpc.tsx';
import { useForm } from '@/lib/use-form.ts';
import type { CreatedApiKey } from '@/lib/wire.ts';
import { Field, SelectField } from '@/ui/field.tsx';
import form from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { toFormFailure } from '../account-api.ts';
import { LONG_NAME, nameError } from '../account-rules.ts';
import { MANY_TRIES } from '../sign-in.ts';
import { EXPIRIES, expiryAfter, SCOPE_TEXTS, SCOPES } from './api-key-text.ts';
import styles from './api-keys.module.css';

/** Form for a new API key. */
export function NewApiKeyForm({ onCreated }: { onCreated: (key: CreatedApiKey) => void }) {
  const { mutateAsync: createKey } = trpc.v1.apiKeys.create.useMutation();
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: FIELDS,
    check: checkKey,
    async send(values) {
      const scopes = SCOPES.filter((scope) => values[scope] !== '');
      if (scopes.length === 0) return { error: { message: NO_SCOPE } };
      const expiresAt = expiryAfter(values.days, Date.now());
      try {
        onCreated(
          await createKey({
            name: values.name.trim(),
            scopes,
            ...(expiresAt !== undefined && { expires_at: expiresAt }),
          }),
        );
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
      <SelectField label="Expires" name="days">
        {EXPIRIES.map(({ days, label }) => (
          <option key={days} value={days}>
            {label}
          </option>
        ))}
      </SelectField>
      <FormErrorText error={error} />
      <div>
        <SubmitButton
          tone="leaf"
          label="Create a key"
          busyLabel="Creating a key"
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
