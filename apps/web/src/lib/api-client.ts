import type { AppRouter } from '@plantcommunity/api';
import { createTRPCClient, httpLink } from '@trpc/client';

/** Client of the procedures, without hooks: forms and dialogs call each of them once. */
export const { v1 } = createTRPCClient<AppRouter>({ links: [httpLink({ url: '/api/trpc' })] });
