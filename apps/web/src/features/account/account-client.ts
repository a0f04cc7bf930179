import type { AppRouter } from '@plantcommunity/api';
import { createTRPCClient, httpLink } from '@trpc/client';

/** The procedures of accounts, without hooks: each is called once, by a form. */
export const { v1 } = createTRPCClient<AppRouter>({ links: [httpLink({ url: '/api/trpc' })] });
