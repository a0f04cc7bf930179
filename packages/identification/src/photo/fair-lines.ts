/**
 * Result of adding an item; `displaced` is the item that lost its place to it. `overShare`: the owner of the refused or
 * displaced item had more than its share.
 */
type Placement<T> =
  | { placed: true; displaced?: { item: T; overShare: boolean } }
  | { placed: false; overShare: boolean };

/** Fair queuing: one FIFO queue per owner, with a limited total capacity. */
export interface FairLines<T> {
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

export function createFairLines<T>({ room, share }: { room: number; share: number }): FairLines<T> {
  /** Non-empty queues only; the order of the owners is the order of their turns. */
  const lines = new Map<string, T[]>();
  let size = 0;

  function push(owner: string, line: T[], item: T): void {
    line.push(item);
    lines.set(owner, line);
    size += 1;
  }

  function cut(owner: string, line: T[], at: number): T[] {
    size -= 1;
    const removed = line.splice(at, 1);
    if (line.length === 0) lines.delete(owner);
    return removed;
  }

  function longest(): [owner: string, line: T[]] | undefined {
    return [...lines].toSorted(([, a], [, b]) => b.length - a.length)[0];
  }

  return {
    add(owner, item) {
      const line = lines.get(owner) ?? [];
      if (line.includes(item)) return { placed: true };
      const isAlone = line.length === size;
      if (line.length >= share && !isAlone) return { placed: false, overShare: true };
      if (size < room) {
        push(owner, line, item);
        return { placed: true };
      }
      const [other, most = []] = longest() ?? [];
      if (other === undefined || most.length <= line.length + 1) {
        return { placed: false, overShare: isAlone && size > 0 };
      }
      const overShare = most.length > share;
      const [displaced] = cut(other, most, most.length - 1);
      push(owner, line, item);
      return displaced === undefined ? { placed: true } : { placed: true, displaced: { item: displaced, overShare } };
    },
    take(load) {
      const [next] = [...lines].toSorted(([a], [b]) => load(a) - load(b));
      if (next === undefined) return undefined;
      const [owner, line] = next;
      const [item] = cut(owner, line, 0);
      if (item === undefined) return undefined;
      if (lines.delete(owner)) lines.set(owner, line);
      return { owner, item };
    },
    holds: (item) => [...lines.values()].some((line) => line.includes(item)),
    remove(item) {
      for (const [owner, line] of lines) {
        const at = line.indexOf(item);
        if (at !== -1) cut(owner, line, at);
      }
    },
  };
}
