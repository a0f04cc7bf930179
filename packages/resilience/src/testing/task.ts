/** A call that a test ends. */
export interface Task<T> {
  readonly work: () => Promise<T>;
  readonly calls: () => number;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function createTask<T>(): Task<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let calls = 0;
  return {
    work: () => {
      calls += 1;
      return promise;
    },
    calls: () => calls,
    resolve,
    reject,
  };
}
