/** Tells a process to take this lease once. */
export interface ContenderCommand {
  readonly lease: string;
}

/** One hold of the lease; times by the clock of the machine. */
export interface Hold {
  readonly fence: number;
  readonly enteredAt: number;
  readonly leftAt: number;
}
