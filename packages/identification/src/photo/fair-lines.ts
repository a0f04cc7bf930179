/**
 * What became of an item that asked for a place; `displaced` lost its place to it. `overShare`: the owner of the item
 * without a place had more than its share.
 */
type Placement<T> =
  | { placed: true; displaced?: { item: T; overShare: boolean } }
  | { placed: false; overShare: boolean };

/** Waiting lines, one an owner, in a room of limited places. */
export interface FairLines<T> {
  /**
   * Gives `item` the last place in its owner's line, where it stands once. While another owner waits, an owner gets at
   * most `share` places; alone it may fill the room. In a full room it takes the place of the newest item of the longest
   * line, unless its own would then be as long: so no number of items of some owners shuts another one out.
   */
  add(owner: string, item: T): Placement<T>;
  /** Removes and returns the first item of the owner with the lowest `load`; among equals the owners take turns. */
  take(load: (owner: string) => number): { owner: string; item: T } | undefined;
  /** Whether the item stands in any line. */
  holds(item: T): boolean;
  /** Frees all places of the item. */
  remove(item: T): void;
}

export function createFairLines<T>({ room, share }: { room: number; share: number }): FairLines<T> {
  /** Never an empty line; the order of the owners is the order of their turns. */
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
