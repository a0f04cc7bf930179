/** What the engine said went wrong, on one line: it throws errors as well as texts and objects. */
export function reasonFromEngine(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : JSON.stringify(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}
