'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { makeClients, trpc } from '@/client/admin/trpc.ts';
import { AdminBoard, type AdminBoardProps } from './admin-board.tsx';

/** `/admin`: its board, and what the board asks through. */
export function AdminDesk(props: AdminBoardProps) {
  const [{ client, queryClient }] = useState(makeClients);
  return (
    <trpc.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <AdminBoard {...props} />
      </QueryClientProvider>
    </trpc.Provider>
  );
}
