/** Resolves once every Web Lock of this process that is held now has been released. */
export async function locksReleased(): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  await Promise.all(held.map(({ name = '' }) => navigator.locks.request(name, () => {})));
}
