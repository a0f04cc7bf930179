import { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { container } from '@/server/container.ts';

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const { api, auth } = await container();
  return api.signIn(request, async (admitted) => {
    const answer: unknown = await NextAuth(new NextRequest(admitted), context, auth.nextAuthOptions);
    if (answer instanceof Response) return answer;
    throw new TypeError('next-auth did not answer a route handler with a Response');
  });
}

export { handle as GET, handle as POST };
