/** The owner of an item: a subject, counted by itself and together with all subjects of its address. */
export interface QueueOwner {
  readonly subject: string;
  readonly address: string;
}

/** The number of running items by subject and by address. */
export interface Load {
  ofSubject(subject: string): number;
  ofAddress(address: string): number;
}

/**
 * Result of adding an item; `displaced` is the item that lost its place to it. `overShare`: the subject of the refused
 * or displaced item had more than its share.
 */
type Placement<T> =
  | { placed: true; displaced?: { item: T; overShare: boolean } }
  | { placed: false; overShare: boolean };

/** Fair queuing: one FIFO queue per subject, with a limited total capacity. */
export interface FairQueues<T> {
  /**
   * Appends `item` to its subject's queue, unless it is in there already. While another subject waits, a subject gets
   * at most `share` places, and while another address waits, all subjects of an address get at most half of them; without
   * others, each may use the whole capacity. At full capacity the item displaces the newest item of the longest queue, unless
   * its own queue would then be as long: a queue of the address with the most items if that has more than its own
   * address, else one of its own address. So neither busy subjects nor many subjects of one address lock out another.
   */
  add(owner: QueueOwner, item: T): Placement<T>;
  /**
   * Removes and returns the first item of the subject with the lowest load, at the address with the lowest load; those
   * with equal loads take turns. Takes nothing when that item is not allowed to start, so that no later one passes it.
   */
  take(load: Load, mayStart: (item: T) => boolean): { owner: QueueOwner; item: T } | undefined;
  isEmpty(): boolean;
  /** Whether the subject has more items than its share. */
  isOverShare(owner: QueueOwner): boolean;
  /** Whether the item is in any queue. */
  holds(item: T): boolean;
  /** Removes the item from all queues. */
  remove(item: T): void;
}

/** The non-empty queues of an address by subject, in the order of their turns. */
type Queues<T> = Map<string, T[]>;

export function createFairQueues<T>({ capacity, share }: { capacity: number; share: number }): FairQueues<T> {
  const addressShare = Math.max(share, Math.ceil(capacity / 2));
  /** Addresses with queues only, in the order of their turns. */
  const addresses = new Map<string, Queues<T>>();
  let size = 0;

  const queuesOf = (address: string): Queues<T> => addresses.get(address) ?? new Map<string, T[]>();

  function push({ address, subject }: QueueOwner, item: T): void {
    const queues = queuesOf(address);
    const queue = queues.get(subject) ?? [];
    queue.push(item);
    addresses.set(address, queues.set(subject, queue));
    size += 1;
  }

  function removeAt({ address, subject }: QueueOwner, queue: T[], at: number): T | undefined {
    const [removed] = queue.splice(at, 1);
    size -= 1;
    const queues = queuesOf(address);
    if (queue.length === 0) queues.delete(subject);
    if (queues.size === 0) addresses.delete(address);
    return removed;
  }

  /** The queue that gives up its newest item for one of the owner at full capacity. */
  function displaceable({ address, subject }: QueueOwner): { owner: QueueOwner; queue: T[] } | undefined {
    const own = queuesOf(address);
    const [fullest = [address, own] as const] = [...addresses].toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a));
    const isOther = lengthOf(fullest[1]) > lengthOf(own) + 1;
    const [from, queues] = isOther ? fullest : [address, own];
    const [longest] = [...queues].toSorted(([, a], [, b]) => b.length - a.length);
    if (longest === undefined) return undefined;
    const [other, queue] = longest;
    if (!isOther && queue.length <= (own.get(subject)?.length ?? 0) + 1) return undefined;
    return { owner: { address: from, subject: other }, queue };
  }

  return {
    add(owner, item) {
      const queues = queuesOf(owner.address);
      const queue = queues.get(owner.subject) ?? [];
      if (queue.includes(item)) return { placed: true };
      const isAlone = queue.length === size;
      if (queue.length >= share && !isAlone) return { placed: false, overShare: true };
      const atAddress = lengthOf(queues);
      if (atAddress >= addressShare && atAddress < size) return { placed: false, overShare: false };
      if (size < capacity) {
        push(owner, item);
        return { placed: true };
      }
      const longest = displaceable(owner);
      if (longest === undefined) return { placed: false, overShare: isAlone && size > 0 };
      const overShare = longest.queue.length > share;
      const displaced = removeAt(longest.owner, longest.queue, longest.queue.length - 1);
      push(owner, item);
      return displaced === undefined ? { placed: true } : { placed: true, displaced: { item: displaced, overShare } };
    },
    take(load, mayStart) {
      const [next] = [...addresses].toSorted(([a], [b]) => load.ofAddress(a) - load.ofAddress(b));
      const [address, queues = new Map<string, T[]>()] = next ?? [];
      const [first] = [...queues].toSorted(([a], [b]) => load.ofSubject(a) - load.ofSubject(b));
      if (address === undefined || first === undefined) return undefined;
      const [subject, queue] = first;
      const owner = { address, subject };
      const [item] = queue;
      if (item === undefined || !mayStart(item)) return undefined;
      removeAt(owner, queue, 0);
      if (queues.delete(subject)) queues.set(subject, queue);
      if (addresses.delete(address)) addresses.set(address, queues);
      return { owner, item };
    },
    isEmpty: () => size === 0,
    isOverShare: ({ address, subject }) => (queuesOf(address).get(subject)?.length ?? 0) > share,
    holds: (item) => [...addresses.values()].some((queues) => [...queues.values()].some((all) => all.includes(item))),
    remove(item) {
      for (const [address, queues] of addresses) {
        for (const [subject, queue] of queues) {
          const at = queue.indexOf(item);
          if (at !== -1) removeAt({ address, subject }, queue, at);
        }
      }
    },
  };
}

function lengthOf(queues: Queues<unknown>): number {
  return [...queues.values()].reduce((sum, queue) => sum + queue.length, 0);
}
