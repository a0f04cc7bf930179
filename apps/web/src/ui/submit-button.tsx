import { Button, type ButtonLook } from './button.tsx';
import { Countdown } from './countdown.tsx';

interface SubmitButtonProps extends ButtonLook {
  /** What it does: as a command, and while it does it. */
  say: string;
  doing: string;
  busy: boolean;
  /** Epoch milliseconds: before, it is of no use. */
  until?: number | undefined;
  /** Called when that is over. */
  onFree: () => void;
}

/** Sends a form: at rest, busy, or not yet and then when. */
export function SubmitButton({ say, doing, busy, until, onFree, ...look }: SubmitButtonProps) {
  if (until !== undefined) {
    return (
      <Button type="submit" disabled {...look}>
        <span>
          Try again in <Countdown until={until} onOver={onFree} />
        </span>
      </Button>
    );
  }
  return (
    <Button type="submit" busy={busy} {...look}>
      {busy ? doing : say}
    </Button>
  );
}
