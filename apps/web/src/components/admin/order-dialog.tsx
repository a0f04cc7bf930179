'use client';

import { type FormEvent, useRef, useState } from 'react';
import { consequences, ENDS, ORDER_WORDS, type Order, reasonFault, USUAL_END } from '@/client/admin/order.ts';
import { useOrder } from '@/client/admin/use-order.ts';
import { PROVIDER_NAMES } from '@/lib/providers.ts';
import type { CircuitsOverview } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { DeedDialog } from '@/ui/confirm-dialog.tsx';
import { CircuitGlyph } from './circuit-glyph.tsx';
import { EndChoice } from './end-choice.tsx';
import { ReasonField } from './reason-field.tsx';

interface OrderDialogProps {
  order: Order;
  overview: CircuitsOverview;
  /** Who it is recorded as. */
  email: string;
  now: number;
  timeZone: string;
  /** The overview as it is after the order. */
  onTaken: (overview: CircuitsOverview) => void;
  /** Called once it is closed, and focus is back where it came from. */
  onClose: () => void;
}

/** What an order does, why, until when, and who gives it: then the order itself. */
export function OrderDialog({ order, overview, email, now, timeZone, onTaken, onClose }: OrderDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState(USUAL_END);
  const [fault, setFault] = useState<string>();
  const { busy, send } = useOrder(order);

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

  const { provider, verb } = order;
  const state = verb === 'isolate' ? 'isolated' : 'closed';
  const words = ORDER_WORDS[verb];
  const name = PROVIDER_NAMES[provider];
  return (
    <DeedDialog
      ref={dialog}
      state={state}
      title={
        <>
          <CircuitGlyph state={state} />
          {words.say} {name}
        </>
      }
      consequences={consequences(order, overview)}
      form={{ method: 'dialog', onSubmit: (event) => void submit(event) }}
      busy={busy}
      foot={
        <>
          <p>As {email}</p>
          <Button notYet={busy} onClick={() => dialog.current?.close()}>
            Cancel
          </Button>
          <Button type="submit" deed={verb === 'isolate' ? 'isolated' : 'leaf'} busy={busy}>
            {busy ? words.doing : words.say} {name}
          </Button>
        </>
      }
      onClose={onClose}
    >
      <ReasonField ref={field} value={reason} fault={fault} onChange={change} />
      {verb === 'isolate' ? <EndChoice chosen={end} now={now} timeZone={timeZone} onChoose={setEnd} /> : null}
    </DeedDialog>
  );
}
