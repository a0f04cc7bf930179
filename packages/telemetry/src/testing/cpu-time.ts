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
