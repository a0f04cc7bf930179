/**
 * The wire's code of what a procedure threw at a page, such as `not_found`; undefined when it was no refusal. By its
 * shape: the error classes of the procedures are other copies than those a page would compare with.
 */
export function refusalCode(thrown: unknown): string | undefined {
  // tRPC wraps what a procedure throws, under a code of its own that says nothing; input it refuses by itself.
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (isError(cause) && cause.name === 'ApiError') return cause.code;
  return isError(thrown) && thrown.code === 'BAD_REQUEST' ? 'invalid_request' : undefined;
}

function isError(value: unknown): value is Error & { code: string } {
  return value instanceof Error && 'code' in value && typeof value.code === 'string';
}
