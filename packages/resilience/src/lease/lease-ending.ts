/** What a script that contains RELEASE_STEP is handed to end one lease. */
export interface ReleaseArguments {
  readonly keys: readonly [lease: string, fence: string];
  readonly args: readonly [owner: string, fence: string, channel: string, message: string];
}

/** How such a script ended: whether the lease was still its owner's, and what else it did. */
export interface ReleaseResult<T> {
  readonly wasOurs: boolean;
  readonly result: T;
}

/** Ends a lease and does something else in the same step. @throws when Redis does not, or refuses a part of it */
export type ReleaseScript<T> = (ending: ReleaseArguments) => Promise<ReleaseResult<T>>;
