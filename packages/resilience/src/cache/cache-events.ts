export type CacheEvent =
  | { readonly type: 'hit'; readonly key: string; readonly source: 'memory' | 'redis'; readonly ageMs: number }
  /** Nothing fresh is there. */
  | { readonly type: 'miss'; readonly key: string }
  /** A caller was handed what another caller of this process had asked for already. */
  | { readonly type: 'joined'; readonly key: string; readonly stale: boolean }
  /** Another process had loaded it while this one waited; `waitedFor`: its lease, or as long as was to be waited. */
  | { readonly type: 'filled_remotely'; readonly key: string; readonly waitedFor: 'lease' | 'timeout' }
  /** A load begins; unless the lease is held, others may be loading the same. */
  | {
      readonly type: 'loading';
      readonly key: string;
      readonly lease: 'held' | 'none' | 'timed_out' | 'redis_unavailable';
    }
  | { readonly type: 'loaded'; readonly key: string; readonly loadMs: number }
  /** What was loaded is in Redis, or has given way to a better value there: other processes need not load it. */
  | { readonly type: 'stored'; readonly key: string }
  /** A value was written back from the memory tier to a Redis that had lost it. */
  | { readonly type: 'restored'; readonly key: string }
  /** A value that is still fresh is loaded anew in the background. */
  | { readonly type: 'early_refresh'; readonly key: string }
  | { readonly type: 'early_refresh_failed'; readonly key: string; readonly error: unknown }
  /**
   * Nothing fresh could be had; `error`: why the load failed, when it was tried; `waitedFor`: set when another process
   * had been loading it for as long as was to be waited.
   */
  | {
      readonly type: 'stale_served';
      readonly key: string;
      readonly ageMs: number;
      readonly error?: unknown;
      readonly waitedFor?: 'timeout';
    }
  /** What was loaded is not kept: a later holder of the lease has the say. */
  | { readonly type: 'fenced_off'; readonly key: string }
  /** What Redis held was not ours, or damaged: it counts as a miss and will be overwritten. */
  | { readonly type: 'corrupt'; readonly key: string }
  /** Redis could not be read or written; the cache went on without it. */
  | {
      readonly type: 'redis_failed';
      readonly key: string;
      readonly during: 'read' | 'lease' | 'write';
      readonly error: unknown;
    };
