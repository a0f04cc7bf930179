'use client';

import { type FormEvent, useRef, useState } from 'react';
import { consequences, ENDS, OVERRIDE_LABELS, type Override, reasonFault, USUAL_END } from '@/client/admin/override.ts';
import { useOverride } from '@/client/admin/use-override.ts';
import { PROVIDER_NAMES } from '@/lib/providers.ts';
import type { CircuitsOverview } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { ConfirmDialog } from '@/ui/confirm-dialog.tsx';
import { CircuitGlyph } from './circuit-glyph.tsx';
import { EndChoice } from './end-choice.tsx';
import { ReasonField } from './reason-field.tsx';

interface OverrideDialogProps {
  override: Override;
  overview: CircuitsOverview;
  /** E-mail address that the override is recorded under. */
  email: string;
  now: number;
  timeZone: string;
  /** Receives the overview as it is after the override. */
  onTaken: (overview: CircuitsOverview) => void;
  /** Called once it is closed, and focus is back where it came from. */
  onClose: () => void;
}

/** Confirms an override: shows what it does, asks for the reason and the end, and names the operator. */
export function OverrideDialog({ override, overview, email, now, timeZone, onTaken, onClose }: OverrideDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState(USUAL_END);
  const [fault, setFault] = useState<string>();
  const { busy, send } = useOverride(override);

  const change = (next: string) => {
    setReason(next);
    // Once something was wrong, it says so only as long as it is.
    if (fault !== undefined) setFault(reasonFault(next));
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const wrong = reasonFault(reason);
    setFault(wrong);
    if (wrong !== undefined) return field.current?.focus();
    const answer = await send(reason, ENDS.find(({ id }) => id === end)?.minutes);
    if ('fault' in answer) return setFault(answer.fault);
    onTaken(answer.overview);
    dialog.current?.close();
  };

  const { provider, type } = override;
  const state = type === 'isolate' ? 'isolated' : 'closed';
  const label = OVERRIDE_LABELS[type];
  const name = PROVIDER_NAMES[provider];
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
      consequences={consequences(override, overview)}
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
      <ReasonField ref={field} value={reason} fault={fault} onChange={change} />
      {type === 'isolate' ? <EndChoice chosen={end} now={now} timeZone={timeZone} onChoose={setEnd} /> : null}
    </ConfirmDialog>
  );
}
