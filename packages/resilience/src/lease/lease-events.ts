/** What happens to leases; `owner` is who this process is to Redis, times are in milliseconds. */
export type LeaseEvent =
  | { readonly type: 'attempting'; readonly lease: string; readonly owner: string }
  | {
      readonly type: 'acquired';
      readonly lease: string;
      readonly owner: string;
      readonly fence: number;
      readonly waitedMs: number;
    }
  /** After `acquired`: the holder before did not release it, being dead, cut off from Redis or too slow. */
  | { readonly type: 'taken_over'; readonly lease: string; readonly owner: string; readonly previousOwner: string }
  | { readonly type: 'renewed'; readonly lease: string; readonly owner: string }
  | { readonly type: 'released'; readonly lease: string; readonly owner: string; readonly heldMs: number }
  /** It was over before it was given back. */
  | { readonly type: 'lost'; readonly lease: string; readonly owner: string; readonly reason: string }
  | { readonly type: 'timed_out'; readonly lease: string; readonly waitedMs: number }
  | { readonly type: 'redis_failed'; readonly lease: string; readonly error: unknown };
