import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairLines, type FairLines } from './fair-lines.ts';

const EVEN = () => 0;

/** Adds items called `owner 1`, `owner 2`, … and returns what became of the last one. */
function fill(lines: FairLines<string>, owner: string, count: number) {
  const placements = Array.from({ length: count }, (_, index) => lines.add(owner, `${owner} ${index + 1}`));
  return placements.at(-1);
}

/** Takes everything out, in order. */
function drain(lines: FairLines<string>, load: (owner: string) => number = EVEN): string[] {
  const items: string[] = [];
  for (let taken = lines.take(load); taken !== undefined; taken = lines.take(load)) items.push(taken.item);
  return items;
}

describe('an owner alone', () => {
  it('fills the room, and one item more is its own surplus', () => {
    const lines = createFairLines<string>({ room: 32, share: 8 });
    expect(fill(lines, 'a', 32)).toEqual({ placed: true });
    expect(lines.add('a', 'one more')).toEqual({ placed: false, overShare: true });
  });

  it('is not blamed for a room without places', () => {
    const lines = createFairLines<string>({ room: 0, share: 0 });
    expect(fill(lines, 'a', 1)).toEqual({ placed: false, overShare: false });
  });
});

describe('an owner beside others', () => {
  it('has a share of eight places', () => {
    const lines = createFairLines<string>({ room: 32, share: 8 });
    fill(lines, 'b', 1);
    expect(fill(lines, 'a', 8)).toEqual({ placed: true });
    expect(lines.add('a', 'one more')).toEqual({ placed: false, overShare: true });
  });

  it('loses its newest items beyond the share to an owner that finds the room full', () => {
    const lines = createFairLines<string>({ room: 32, share: 8 });
    fill(lines, 'a', 32);
    expect(lines.add('b', 'b 1')).toEqual({ placed: true, displaced: { item: 'a 32', overShare: true } });
    expect(fill(lines, 'b', 8)).toEqual({ placed: true, displaced: { item: 'a 25', overShare: true } });
    expect(drain(lines)).toHaveLength(32);
  });

  it('finds a place although others fill the room within their shares, who are not blamed for it', () => {
    const lines = createFairLines<string>({ room: 4, share: 2 });
    fill(lines, 'a', 2);
    fill(lines, 'b', 2);
    expect(lines.add('c', 'c 1')).toEqual({ placed: true, displaced: { item: 'a 2', overShare: false } });
    expect(lines.add('c', 'c 2')).toEqual({ placed: false, overShare: false });
  });
});

describe('turns', () => {
  it('alternate between the owners, however long their queues are', () => {
    const lines = createFairLines<string>({ room: 32, share: 8 });
    fill(lines, 'a', 4);
    fill(lines, 'b', 2);
    fill(lines, 'c', 1);
    expect(drain(lines)).toEqual(['a 1', 'b 1', 'c 1', 'a 2', 'b 2', 'a 3', 'a 4']);
  });

  it('go to the owner with the lowest load first', () => {
    const lines = createFairLines<string>({ room: 32, share: 8 });
    fill(lines, 'a', 2);
    fill(lines, 'b', 2);
    expect(drain(lines, (owner) => (owner === 'a' ? 1 : 0))).toEqual(['b 1', 'b 2', 'a 1', 'a 2']);
  });
});

describe('an item in the lines of two owners', () => {
  it('stands once in each, and leaves both', () => {
    const lines = createFairLines<string>({ room: 32, share: 8 });
    for (const owner of ['a', 'b', 'a']) lines.add(owner, 'shared');
    lines.add('b', 'b 1');
    lines.remove('shared');
    expect(lines.holds('shared')).toBe(false);
    expect(drain(lines)).toEqual(['b 1']);
  });
});

it('never holds more than the room, and refuses a newcomer only while no line is longer than one item', () => {
  const owners = ['a', 'b', 'c', 'd', 'e'];
  const script = fc.array(fc.oneof(fc.constantFrom(...owners), fc.constant('take')), { maxLength: 200 });
  /** Plays the script and tells how many items were held at most, and whether a newcomer was refused unfairly. */
  const play = (steps: readonly string[]) => {
    const lines = createFairLines<number>({ room: 4, share: 2 });
    const held = new Map<number, string>();
    let most = 0;
    let unfair = 0;
    for (const [index, step] of steps.entries()) {
      if (step === 'take') {
        held.delete(lines.take(EVEN)?.item ?? -1);
        continue;
      }
      const before = [...held.values()];
      const placement = lines.add(step, index);
      if (placement.placed) {
        held.set(index, step);
        held.delete(placement.displaced?.item ?? -1);
      } else if (!before.includes(step) && new Set(before).size < before.length) unfair += 1;
      most = Math.max(most, held.size);
    }
    return { fits: most <= 4, unfair, lost: [...held.keys()].filter((item) => !lines.holds(item)) };
  };
  fc.assert(
    fc.property(script, (steps) => {
      expect(play(steps)).toEqual({ fits: true, unfair: 0, lost: [] });
    }),
  );
});
