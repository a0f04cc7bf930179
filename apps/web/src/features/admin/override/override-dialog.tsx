'use client';

import { TRPCClientError } from '@trpc/client';
import { Check } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { PROVIDERS } from '@/lib/providers.ts';
import type { Overview } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { ConfirmDialog } from '@/ui/confirm-dialog.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import { CircuitGlyph } from '../state/circuit-glyph.tsx';
import { trpc } from '../trpc.ts';
import { forecastText } from './forecast.ts';
import {
  consequences,
  DEFAULT_END,
  endText,
  ISOLATION_ENDS,
  OVERRIDE_LABELS,
  type Override,
  reasonError,
} from './override.ts';
import styles from './override-dialog.module.css';
import { ReasonField } from './reason-field.tsx';

interface OverrideDialogProps {
  override: Override;
  overview: Overview;
  /** E-mail address that the override is recorded under. */
  email: string;
  now: number;
  timeZone: string;
  /** Receives the overview as it is after the override. */
  onDone: (overview: Overview) => void;
  /** Called once the dialog is closed and focus has returned. */
  onClose: () => void;
}

/** Confirms an override: shows what it does, asks for the reason and the end, and names the operator. */
export function OverrideDialog({
  override,
  overview,
  email,
  now,
  timeZone,
  onDone: onTaken,
  onClose,
}: OverrideDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState(DEFAULT_END);
  const [error, setError] = useState<string>();
  const { busy, send } = useOverride(override);

  const change = (next: string) => {
    setReason(next);
    // An error disappears once the reason is valid.
    if (error !== undefined) setError(reasonError(next));
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const invalid = reasonError(reason);
    setError(invalid);
    if (invalid !== undefined) return field.current?.focus();
    const result = await send(reason, ISOLATION_ENDS.find(({ id }) => id === end)?.minutes);
    if ('error' in result) return setError(result.error);
    onTaken(result.overview);
    dialog.current?.close();
  };

  const { provider, type } = override;
  const state = type === 'isolate' ? 'isolated' : 'closed';
  const label = OVERRIDE_LABELS[type];
  const name = PROVIDERS[provider].displayName;
  return (
    <ConfirmDialog
      ref={dialog}
      state={state}
      title={
        <>
          <CircuitGlyph state={state} />
          {label.command} {name}
        </>
      }
      consequences={[...consequences(override, overview), ...forecastText(override, overview)]}
      form={{ method: 'dialog', onSubmit: (event) => void submit(event) }}
      busy={busy}
      foot={
        <>
          <p>As {email}</p>
          <Button disabled={busy} onClick={() => dialog.current?.close()}>
            Cancel
          </Button>
          <Button type="submit" state={type === 'isolate' ? 'isolated' : 'leaf'} busy={busy}>
            {busy ? label.progress : label.command} {name}
          </Button>
        </>
      }
      onClose={onClose}
    >
      <ReasonField ref={field} value={reason} error={error} onChange={change} />
      {type === 'isolate' ? <EndChoice chosen={end} now={now} timeZone={timeZone} onChoose={setEnd} /> : null}
    </ConfirmDialog>
  );
}

interface EndChoiceProps {
  /** Id of an end. */
  chosen: string;
  now: number;
  timeZone: string;
  onChoose: (id: string) => void;
}

/** Choice of the end of an isolation. */
function EndChoice({ chosen, now, timeZone, onChoose }: EndChoiceProps) {
  return (
    <fieldset className={styles['ends']}>
      <legend>For how long</legend>
      <div>
        {ISOLATION_ENDS.map((end) => {
          const isChosen = end.id === chosen;
          return (
            <label key={end.id} className={styles['end']}>
              <input
                type="radio"
                name="end"
                className={hidden['hidden']}
                checked={isChosen}
                onChange={() => onChoose(end.id)}
              />
              {isChosen ? <Check size={16} strokeWidth={1.8} aria-hidden="true" /> : null}
              {endText(end, isChosen, now, timeZone)}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

const NO_ANSWER = 'No answer came. Look at the state before you try again: it may have been done.';

type OverrideResult = { overview: Overview } | { error: string };

/** Sends an override. `error` is a message for the operator who sent it. */
function useOverride({ provider, type }: Override) {
  const mutations = {
    isolate: trpc.v1.admin.circuits.isolate.useMutation(),
    release: trpc.v1.admin.circuits.release.useMutation(),
    reset: trpc.v1.admin.circuits.reset.useMutation(),
  };
  const send = async (reason: string, minutes: number | undefined): Promise<OverrideResult> => {
    const input = { provider, reason: reason.trim() };
    try {
      const overview =
        type === 'isolate'
          ? await mutations.isolate.mutateAsync({ ...input, ...(minutes !== undefined && { minutes }) })
          : await mutations[type].mutateAsync(input);
      return { overview };
    } catch (cause) {
      return { error: messageOf(cause) };
    }
  };
  return { busy: mutations[type].isPending, send };
}

/** Returns the server's message for invalid input. Any other error may come from the network or the server itself. */
function messageOf(error: unknown): string {
  const isInvalid = error instanceof TRPCClientError && isInvalidRequest(error.data);
  return isInvalid ? error.message : NO_ANSWER;
}

function isInvalidRequest(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'code' in data && data.code === 'invalid_request';
}
