import { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { container } from '@/server/container.ts';

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

/** Passes requests to the API, which answers those of its REST endpoints and hands the others to next-auth. */
async function handle(request: NextRequest, context: Context): Promise<Response> {
  const { api, auth } = await container();
  return api.nextAuth(request, async (admitted) => {
    const answer: unknown = await NextAuth(new NextRequest(admitted), context, auth.nextAuthOptions);
    if (answer instanceof Response) return answer;
    throw new TypeError('next-auth did not answer a route handler with a Response');
  });
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
};
