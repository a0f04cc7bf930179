import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueues, type FairQueues, type Load, type QueueOwner } from './fair-queues.ts';

/** Lets every item start. */
const ANY = () => true;
const EVEN: Load = { ofSubject: () => 0, ofAddress: () => 0 };

/** Creates an owner that is alone at its address. */
const alone = (subject: string): QueueOwner => ({ subject, address: subject });

/** Adds items named `owner 1`, `owner 2`, … and returns the placement of the last one. */
function fill(queues: FairQueues<string>, subject: string, count: number, address = subject) {
  const add = (_: unknown, index: number) => queues.add({ subject, address }, `${subject} ${index + 1}`);
  return Array.from({ length: count }, add).at(-1);
}

/** Takes all items, in order. */
function drain(queues: FairQueues<string>, load: Load = EVEN): string[] {
  const items: string[] = [];
  for (let taken = queues.take(load, ANY); taken !== undefined; taken = queues.take(load, ANY)) items.push(taken.item);
  return items;
}

describe('a single owner', () => {
  it('fills the capacity, and one item more is refused with overShare', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    expect(fill(queues, 'a', 32)).toEqual({ placed: true });
    expect(queues.add(alone('a'), 'one more')).toEqual({ placed: false, overShare: true });
  });

  it('is refused without overShare at a capacity of 0', () => {
    const queues = createFairQueues<string>({ capacity: 0, share: 0 });
    expect(fill(queues, 'a', 1)).toEqual({ placed: false, overShare: false });
  });
});

describe('an owner beside others', () => {
  it('has a share of eight places', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    fill(queues, 'b', 1);
    expect(fill(queues, 'a', 8)).toEqual({ placed: true });
    expect(queues.add(alone('a'), 'one more')).toEqual({ placed: false, overShare: true });
  });

  it('loses its newest items beyond the share to an owner that finds the capacity full', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    fill(queues, 'a', 32);
    expect(queues.add(alone('b'), 'b 1')).toEqual({ placed: true, displaced: { item: 'a 32', overShare: true } });
    expect(fill(queues, 'b', 8)).toEqual({ placed: true, displaced: { item: 'a 25', overShare: true } });
    expect(drain(queues)).toHaveLength(32);
  });

  it('gets a place when others fill the capacity within their shares, and displaces them without overShare', () => {
    const queues = createFairQueues<string>({ capacity: 4, share: 2 });
    fill(queues, 'a', 2);
    fill(queues, 'b', 2);
    expect(queues.add(alone('c'), 'c 1')).toEqual({ placed: true, displaced: { item: 'a 2', overShare: false } });
    expect(queues.add(alone('c'), 'c 2')).toEqual({ placed: false, overShare: false });
  });
});

it('an owner is over its share with one item more', () => {
  const queues = createFairQueues<string>({ capacity: 32, share: 8 });
  fill(queues, 'a', 8);
  expect(queues.isOverShare(alone('a'))).toBe(false);
  fill(queues, 'a', 9);
  expect(queues.isOverShare(alone('a'))).toBe(true);
  expect(queues.isOverShare(alone('b'))).toBe(false);
});

describe('turns', () => {
  it('alternate between the owners, however long their queues are', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    fill(queues, 'a', 4);
    fill(queues, 'b', 2);
    fill(queues, 'c', 1);
    expect(drain(queues)).toEqual(['a 1', 'b 1', 'c 1', 'a 2', 'b 2', 'a 3', 'a 4']);
  });

  it('go to the owner with the lowest load first', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    fill(queues, 'a', 2);
    fill(queues, 'b', 2);
    expect(
      drain(queues, {
        ofSubject: (subject) => (subject === 'a' ? 1 : 0),
        ofAddress: (address) => (address === 'a' ? 1 : 0),
      }),
    ).toEqual(['b 1', 'b 2', 'a 1', 'a 2']);
  });
});

describe('many owners of one address', () => {
  const crowd = (queues: FairQueues<string>, owners: number, items = 1) =>
    Array.from({ length: owners }, (_, index) => fill(queues, `c${index}`, items, 'one address'));

  it('may fill the whole capacity when no other address waits', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    expect(crowd(queues, 32)).toEqual(Array.from({ length: 32 }, () => ({ placed: true })));
  });

  it('leave every other turn to another address', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    crowd(queues, 32);
    expect(fill(queues, 'a', 8)).toMatchObject({ placed: true, displaced: { overShare: false } });
    expect(drain(queues).slice(0, 6)).toEqual(['c8 1', 'a 1', 'c9 1', 'a 2', 'c10 1', 'a 3']);
  });

  it('have half of the capacity while another address waits', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    fill(queues, 'a', 1);
    expect(crowd(queues, 17).slice(15)).toEqual([{ placed: true }, { placed: false, overShare: false }]);
  });

  it('share it fairly among themselves', () => {
    const queues = createFairQueues<string>({ capacity: 8, share: 8 });
    crowd(queues, 2, 4);
    expect(fill(queues, 'late', 1, 'one address')).toMatchObject({ placed: true, displaced: { item: 'c0 4' } });
    expect(drain(queues).slice(0, 3)).toEqual(['c0 1', 'c1 1', 'late 1']);
  });
});

describe('an item in the queues of two owners', () => {
  it('is in each queue once, and is removed from both', () => {
    const queues = createFairQueues<string>({ capacity: 32, share: 8 });
    for (const owner of ['a', 'b', 'a']) queues.add(alone(owner), 'shared');
    queues.add(alone('b'), 'b 1');
    queues.remove('shared');
    expect(queues.holds('shared')).toBe(false);
    expect(drain(queues)).toEqual(['b 1']);
  });
});

it('never holds more than the capacity, and refuses a newcomer only while no queue is longer than one item', () => {
  const owners = ['a', 'b', 'c', 'd', 'e'];
  const script = fc.array(fc.oneof(fc.constantFrom(...owners), fc.constant('take')), { maxLength: 200 });
  /** Runs the steps; returns the maximum of held items and the number of unfairly refused newcomers. */
  const play = (steps: readonly string[]) => {
    const queues = createFairQueues<number>({ capacity: 4, share: 2 });
    const held = new Map<number, string>();
    let most = 0;
    let unfair = 0;
    for (const [index, step] of steps.entries()) {
      if (step === 'take') {
        held.delete(queues.take(EVEN, ANY)?.item ?? -1);
        continue;
      }
      const before = [...held.values()];
      const placement = queues.add(alone(step), index);
      if (placement.placed) {
        held.set(index, step);
        held.delete(placement.displaced?.item ?? -1);
      } else if (!before.includes(step) && new Set(before).size < before.length) unfair += 1;
      most = Math.max(most, held.size);
    }
    return { fits: most <= 4, unfair, lost: [...held.keys()].filter((item) => !queues.holds(item)) };
  };
  fc.assert(
    fc.property(script, (steps) => {
      expect(play(steps)).toEqual({ fits: true, unfair: 0, lost: [] });
    }),
  );
});
