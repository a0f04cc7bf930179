'use client';

import { TRPCClientError } from '@trpc/client';
import type { CircuitsOverview } from '../../lib/wire.ts';
import type { Override } from './override.ts';
import { trpc } from './trpc.ts';

const UNHEARD = 'No answer came. Look at the state before you try again: the order may have been carried out.';

export type OverrideResult = { overview: CircuitsOverview } | { fault: string };

/** Sends an override. `fault` is a sentence for the operator who sent it. */
export function useOverride({ provider, type }: Override) {
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
    } catch (error) {
      return { fault: faultOf(error) };
    }
  };
  return { busy: mutations[type].isPending, send };
}

/** What the server refuses it says itself; everything else did not reach it, or broke there. */
function faultOf(error: unknown): string {
  const refused = error instanceof TRPCClientError && isRefusal(error.data);
  return refused ? error.message : UNHEARD;
}

function isRefusal(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'code' in data && data.code === 'invalid_request';
}
