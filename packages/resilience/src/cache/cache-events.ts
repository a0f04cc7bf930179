export type CacheEvent =
  | { readonly type: 'hit'; readonly key: string; readonly source: 'memory' | 'redis'; readonly ageMs: number }
  | { readonly type: 'miss'; readonly key: string }
  | { readonly type: 'loaded'; readonly key: string; readonly loadMs: number }
  /** What Redis held was not ours, or damaged: it counts as a miss and will be overwritten. */
  | { readonly type: 'corrupt'; readonly key: string }
  /** Redis could not be read or written; the cache went on without it. */
  | { readonly type: 'redis_failed'; readonly key: string; readonly during: 'read' | 'write'; readonly error: unknown };
