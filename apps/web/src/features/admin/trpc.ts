'use client';

import type { AppRouter } from '@plantcommunity/api';
import { QueryClient } from '@tanstack/react-query';
import { httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { createTRPCReact } from '@trpc/react-query';

const URL_PATH = '/api/trpc';

/** API procedures as React hooks. */
export const trpc = createTRPCReact<AppRouter>();

/** Makes the clients that the hooks need; subscriptions use server-sent events. */
export function makeClients() {
  return {
    queryClient: new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false } } }),
    client: trpc.createClient({
      links: [
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url: URL_PATH }),
          false: httpBatchLink({ url: URL_PATH }),
        }),
      ],
    }),
  };
}
