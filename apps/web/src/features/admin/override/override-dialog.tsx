'use client';

import { useState } from 'react';
import { problemOf } from '@/lib/problem.ts';
import { PROVIDERS } from '@/lib/providers.ts';
import { trpc } from '@/lib/trpc.tsx';
import type { Overview } from '@/lib/wire.ts';
import { ChoiceField } from '../dialog/choice-field.tsx';
import { ReasonDialog } from '../dialog/reason-dialog.tsx';
import { CircuitGlyph } from '../state/circuit-glyph.tsx';
import { STATE_TONES } from '../state/provider-state.ts';
import { forecastText } from './forecast.ts';
import { consequences, DEFAULT_END, endText, ISOLATION_ENDS, OVERRIDE_LABELS, type Override } from './override.ts';

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
export function OverrideDialog({ override, overview, email, now, timeZone, onDone, onClose }: OverrideDialogProps) {
  const [end, setEnd] = useState(DEFAULT_END);
  const sendOverride = useOverride(override);
  const send = async (reason: string) => {
    const result = await sendOverride(reason, ISOLATION_ENDS.find(({ id }) => id === end)?.minutes);
    if ('error' in result) return result;
    onDone(result.overview);
    return {};
  };

  const { provider, type } = override;
  const state = type === 'isolate' ? 'isolated' : 'closed';
  const { command, progress } = OVERRIDE_LABELS[type];
  const name = PROVIDERS[provider].displayName;
  return (
    <ReasonDialog
      tone={STATE_TONES[state]}
      title={
        <>
          <CircuitGlyph state={state} />
          {command} {name}
        </>
      }
      consequences={[...consequences(override, overview), ...forecastText(override, overview)]}
      label={{ command: `${command} ${name}`, progress: `${progress} ${name}` }}
      email={email}
      send={send}
      onClose={onClose}
    >
      {type === 'isolate' ? (
        <ChoiceField
          legend="For how long"
          name="end"
          options={ISOLATION_ENDS.map((known) => ({
            id: known.id,
            text: endText(known, known.id === end, now, timeZone),
          }))}
          chosen={end}
          onChoose={setEnd}
        />
      ) : null}
    </ReasonDialog>
  );
}

const NO_ANSWER = 'No answer came. Look at the state before you try again: it may have been done.';

type OverrideResult = { overview: Overview } | { error: string };

/** Returns a function that sends an override. `error` is a message for the operator who sent it. */
function useOverride({ provider, type }: Override) {
  const mutations = {
    isolate: trpc.v1.admin.circuits.isolate.useMutation(),
    release: trpc.v1.admin.circuits.release.useMutation(),
    reset: trpc.v1.admin.circuits.reset.useMutation(),
  };
  return async (reason: string, minutes: number | undefined): Promise<OverrideResult> => {
    const input = { provider, reason };
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
}

/** Returns the server's message for invalid input. Any other error may come from the network or the server itself. */
function messageOf(error: unknown): string {
  const problem = problemOf(error);
  return problem?.code === 'invalid_request' ? problem.detail : NO_ANSWER;
}
