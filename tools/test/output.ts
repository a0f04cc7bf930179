/** Where a step's lines go. */
export interface Output {
  readonly write: (text: string) => void;
  /** Whether programs may write to our own standard output, which keeps their colours; else they are written here. */
  readonly isLive: boolean;
}

export const liveOutput: Output = { write: (text) => void process.stdout.write(text), isLive: true };

/** Keeps the lines of a step together while another one runs beside it. */
export function heldOutput(): Output & { readonly text: () => string } {
  let held = '';
  return {
    write(text) {
      held += text;
    },
    isLive: false,
    text: () => held,
  };
}
