import type { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { container } from '@/server/container.ts';

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const { api, auth } = await container();
  const refused = api.guard(request);
  if (refused !== undefined) return refused;
  const answer: unknown = await NextAuth(request, context, auth.nextAuthOptions);
  if (answer instanceof Response) return answer;
  throw new TypeError('next-auth did not answer a route handler with a Response');
}

export { handle as GET, handle as POST };
