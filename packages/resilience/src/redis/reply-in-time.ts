/**
 * The reply, unless it takes longer than `timeoutMs`. One that has arrived while this process was too busy to read it
 * is no silence of Redis: when time is up, sockets are read once more before it is given up.
 */
export function replyInTime<T>(reply: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = () => reject(new Error('Command timed out'));
    // Node runs immediates after it has read the sockets, timers before.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
