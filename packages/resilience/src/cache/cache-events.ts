export type CacheEvent =
  | { readonly type: 'hit'; readonly key: string; readonly source: 'memory' | 'redis'; readonly ageMs: number }
  | { readonly type: 'miss'; readonly key: string }
  /** Another process had loaded it while this one waited; `waitedFor`: its lease, or as long as was to be waited. */
  | { readonly type: 'filled_by_another'; readonly key: string; readonly waitedFor: 'lease' | 'timeout' }
  /** A load begins; without a lease others may be loading the same. */
  | { readonly type: 'loading'; readonly key: string; readonly underLease: boolean }
  | { readonly type: 'loaded'; readonly key: string; readonly loadMs: number }
  /** A value that is still fresh is loaded anew in the background. */
  | { readonly type: 'early_refresh'; readonly key: string }
  | { readonly type: 'early_refresh_failed'; readonly key: string; readonly error: unknown }
  /** Nothing fresh could be had; `error`: why the load failed, when it was tried. */
  | { readonly type: 'stale_served'; readonly key: string; readonly ageMs: number; readonly error?: unknown }
  /** What was loaded is not kept: a later holder of the lease has the say. */
  | { readonly type: 'refused'; readonly key: string }
  /** What Redis held was not ours, or damaged: it counts as a miss and will be overwritten. */
  | { readonly type: 'corrupt'; readonly key: string }
  /** Redis could not be read or written; the cache went on without it. */
  | {
      readonly type: 'redis_failed';
      readonly key: string;
      readonly during: 'read' | 'lease' | 'write';
      readonly error: unknown;
    };
