'use client';

import type { AppRouter } from '@plantcommunity/api';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { httpLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { createTRPCReact } from '@trpc/react-query';
import { type ReactNode, useState } from 'react';

const URL_PATH = '/api/trpc';

/** The procedures of `v1` and `legacy` as React hooks, for components inside an `ApiProvider`. */
export const trpc = createTRPCReact<AppRouter>();

/** Gives components the hooks of `trpc`. Pages that call the API have it, so that others do not load its code. */
export function ApiProvider({ children }: Readonly<{ children: ReactNode }>) {
  const [{ client, queryClient }] = useState(makeClients);
  return (
    <trpc.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </trpc.Provider>
  );
}

function makeClients() {
  return {
    queryClient: new QueryClient({
      defaultOptions: {
        mutations: {
          // Else a mutation that is sent offline would wait, and run unasked once the device is online.
          networkMode: 'always',
          // Passwords and new keys do not stay in memory after the form that sent or received them.
          gcTime: 0,
        },
      },
    }),
    client: trpc.createClient({
      links: [
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url: URL_PATH }),
          false: httpLink({ url: URL_PATH }),
        }),
      ],
    }),
  };
}
