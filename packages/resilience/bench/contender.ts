/** The lease that a process is to take once. */
export interface ContenderOrder {
  readonly lease: string;
}

/** One stay in the lease; times of the machine's clock. */
export interface Stay {
  readonly fence: number;
  readonly enteredAt: number;
  readonly leftAt: number;
}
