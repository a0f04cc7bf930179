/** Starts the container; Next calls it once in the server process, before the first request. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] === 'nodejs') {
    const { start } = await import('./server/start.ts');
    await start();
  }
}
