import { createHash } from 'node:crypto';

/**
 * The floor of an upload, added to the bench's own build of the web app and to no other: the same server reads the
 * same body, hashes it and answers.
 */
export async function POST(request: Request): Promise<Response> {
  const hash = createHash('sha256');
  const body: ReadableStream<Uint8Array> | null = request.body;
  if (body !== null) for await (const chunk of body) hash.update(chunk);
  return Response.json({ hash: hash.digest('hex') });
}
