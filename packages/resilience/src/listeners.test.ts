import { once } from 'node:events';
import { expect, it } from 'vitest';
import { Listeners } from './listeners.ts';

it('tells everybody, until they leave', () => {
  const listeners = new Listeners<number>();
  const heard: string[] = [];
  const leave = listeners.add((n) => heard.push(`a${n}`));
  listeners.add((n) => heard.push(`b${n}`));
  listeners.emit(1);
  leave();
  listeners.emit(2);
  expect(heard).toEqual(['a1', 'b1', 'b2']);
});

it('warns of one that throws, and tells the others', async () => {
  const listeners = new Listeners<number>();
  const heard: number[] = [];
  const warned = once(process, 'warning');
  listeners.add(() => {
    throw new Error('listener of a test');
  });
  listeners.add((n) => heard.push(n));
  listeners.emit(1);
  expect(heard).toEqual([1]);
  await expect(warned).resolves.toEqual([new Error('listener of a test')]);
});
