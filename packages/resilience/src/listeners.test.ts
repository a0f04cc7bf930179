import { expect, it, onTestFinished, vi } from 'vitest';
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

it('warns of one that throws, and tells the others', () => {
  // Heard here and not printed among the results.
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const listeners = new Listeners<number>();
  const heard: number[] = [];
  const fault = new Error('listener of a test');
  listeners.add(() => {
    throw fault;
  });
  listeners.add((n) => heard.push(n));
  listeners.emit(1);
  expect(heard).toEqual([1]);
  expect(warn.mock.calls).toEqual([[fault]]);
});
