/**
 * Result of adding an item; `displaced` is the item that lost its place to it. `overShare`: the owner of the refused or
 * displaced item had more than its share.
 */
type Placement<T> =
  | { placed: true; displaced?: { item: T; overShare: boolean } }
  | { placed: false; overShare: boolean };

/** Fair queuing: one FIFO queue per owner, with a limited total capacity. */
export interface FairQueues<T> {
  /**
   * Appends `item` to its owner's queue, unless it is in there already. While another owner waits, an owner gets at
   * most `share` places; a single owner may use the whole capacity. At full capacity the item displaces the newest item
   * of the longest queue, unless its own queue would then be as long: so busy owners cannot lock out another one.
   */
  add(owner: string, item: T): Placement<T>;
  /** Removes and returns the first item of the owner with the lowest `load`; owners with equal loads take turns. */
  take(load: (owner: string) => number): { owner: string; item: T } | undefined;
  /** Whether the item is in any queue. */
  holds(item: T): boolean;
  /** Removes the item from all queues. */
  remove(item: T): void;
}

export function createFairQueues<T>({ capacity, share }: { capacity: number; share: number }): FairQueues<T> {
  /** Non-empty queues only; the order of the owners is the order of their turns. */
  const queues = new Map<string, T[]>();
  let size = 0;

  function push(owner: string, queue: T[], item: T): void {
    queue.push(item);
    queues.set(owner, queue);
    size += 1;
  }

  function cut(owner: string, queue: T[], at: number): T[] {
    size -= 1;
    const removed = queue.splice(at, 1);
    if (queue.length === 0) queues.delete(owner);
    return removed;
  }

  function longest(): [owner: string, queue: T[]] | undefined {
    return [...queues].toSorted(([, a], [, b]) => b.length - a.length)[0];
  }

  return {
    add(owner, item) {
      const queue = queues.get(owner) ?? [];
      if (queue.includes(item)) return { placed: true };
      const isAlone = queue.length === size;
      if (queue.length >= share && !isAlone) return { placed: false, overShare: true };
      if (size < capacity) {
        push(owner, queue, item);
        return { placed: true };
      }
      const [other, most = []] = longest() ?? [];
      if (other === undefined || most.length <= queue.length + 1) {
        return { placed: false, overShare: isAlone && size > 0 };
      }
      const overShare = most.length > share;
      const [displaced] = cut(other, most, most.length - 1);
      push(owner, queue, item);
      return displaced === undefined ? { placed: true } : { placed: true, displaced: { item: displaced, overShare } };
    },
    take(load) {
      const [next] = [...queues].toSorted(([a], [b]) => load(a) - load(b));
      if (next === undefined) return undefined;
      const [owner, queue] = next;
      const [item] = cut(owner, queue, 0);
      if (item === undefined) return undefined;
      if (queues.delete(owner)) queues.set(owner, queue);
      return { owner, item };
    },
    holds: (item) => [...queues.values()].some((queue) => queue.includes(item)),
    remove(item) {
      for (const [owner, queue] of queues) {
        const at = queue.indexOf(item);
        if (at !== -1) cut(owner, queue, at);
      }
    },
  };
}
