/**
 * Returns the processor time that `work` takes in this process, in milliseconds. Unlike the time on the clock it does not
 * grow when other processes keep the machine busy.
 */
export async function cpuTimeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { system, user } = process.cpuUsage(before);
  return (system + user) / 1_000;
}

/** Returns the least processor time of nine runs of `work`, one after the other: other work of this process only adds. */
export async function leastCpuTimeOf(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  // oxlint-disable-next-line no-await-in-loop -- runs side by side would count each other's time
  for (let run = 0; run < 9; run++) least = Math.min(least, await cpuTimeOf(work));
  return least;
}
