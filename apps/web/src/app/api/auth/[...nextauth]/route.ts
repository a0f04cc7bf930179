import type { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { container } from '@/server/container.ts';

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const { api, auth } = await container();
  return api.guard(request) ?? NextAuth(request, context, auth.nextAuthOptions);
}

export { handle as GET, handle as POST };
