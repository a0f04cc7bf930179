'use client';

import { TRPCClientError } from '@trpc/client';
import type { CircuitsOverview } from '../../lib/wire.ts';
import type { Order } from './order.ts';
import { trpc } from './trpc.ts';

const UNHEARD = 'No answer came. Look at the state before you try again: the order may have been carried out.';

export type OrderAnswer = { overview: CircuitsOverview } | { fault: string };

/** Gives an order. `fault` is a sentence for whoever gave it. */
export function useOrder({ provider, verb }: Order) {
  const orders = {
    isolate: trpc.v1.admin.circuits.isolate.useMutation(),
    release: trpc.v1.admin.circuits.release.useMutation(),
    reset: trpc.v1.admin.circuits.reset.useMutation(),
  };
  const send = async (reason: string, minutes: number | undefined): Promise<OrderAnswer> => {
    const said = { provider, reason: reason.trim() };
    try {
      const overview =
        verb === 'isolate'
          ? await orders.isolate.mutateAsync({ ...said, ...(minutes !== undefined && { minutes }) })
          : await orders[verb].mutateAsync(said);
      return { overview };
    } catch (error) {
      return { fault: faultOf(error) };
    }
  };
  return { busy: orders[verb].isPending, send };
}

/** What the server refuses it says itself; everything else did not reach it, or broke there. */
function faultOf(error: unknown): string {
  const refused = error instanceof TRPCClientError && isRefusal(error.data);
  return refused ? error.message : UNHEARD;
}

function isRefusal(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'code' in data && data.code === 'invalid_request';
}
