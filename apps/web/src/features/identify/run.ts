import type { ProgressEvent, ProviderName, ProviderStatus, Verdict } from '../../lib/wire.ts';

/** How one provider fares in one run. Moments are this device's epoch milliseconds. */
export type Asked =
  | { state: 'asking'; since: number; at: number; usualMs?: number; slowMs?: number }
  /** `tookMs` is absent when the answer was known already. */
  | { state: 'answered'; tookMs?: number }
  | { state: 'unanswered'; status: Exclude<ProviderStatus, 'answered'>; until?: number };

/** One photo on its way to an answer. */
export interface Run {
  requestId: string;
  sentBytes: number;
  totalBytes: number;
  sent: boolean;
  /** How long the server took to read it, in milliseconds. */
  readMs?: number;
  asked: Readonly<Partial<Record<ProviderName, Asked>>>;
  /** In the order in which they answered. */
  answeredBy: readonly ProviderName[];
  /** What can be said with the answers so far. */
  verdict?: Verdict;
  comparing: boolean;
}

export function beginRun(requestId: string, totalBytes: number): Run {
  return { requestId, sentBytes: 0, totalBytes, sent: false, asked: {}, answeredBy: [], comparing: false };
}

export function withUpload(run: Run, sentBytes: number, totalBytes: number): Run {
  return { ...run, sentBytes, totalBytes, sent: sentBytes >= totalBytes };
}

/** Adds an event of the server to a run; `at`: time of the event, by this device's clock. */
export function withProgress(run: Run, event: ProgressEvent, at: number): Run {
  switch (event.type) {
    case 'received':
      return { ...run, sent: true, sentBytes: run.totalBytes };
    case 'read':
      return { ...run, readMs: event.at };
    case 'asking':
      return withAsked(run, event.provider, {
        state: 'asking',
        since: at,
        at: event.at,
        ...(event.usual_ms === undefined ? {} : { usualMs: event.usual_ms }),
        ...(event.slow_ms === undefined ? {} : { slowMs: event.slow_ms }),
      });
    case 'answered': {
      const before = run.asked[event.provider];
      const took = before?.state === 'asking' ? { tookMs: event.at - before.at } : {};
      const answered = withAsked(run, event.provider, { state: 'answered', ...took });
      return { ...answered, answeredBy: [...run.answeredBy, event.provider], verdict: event.verdict };
    }
    case 'unanswered': {
      if (event.status === 'answered') return run;
      const until = event.retry_after_ms === undefined ? {} : { until: at + event.retry_after_ms };
      return withAsked(run, event.provider, { state: 'unanswered', status: event.status, ...until });
    }
    case 'comparing':
      return { ...run, comparing: true };
    case 'done':
      return run;
  }
}

function withAsked(run: Run, provider: ProviderName, asked: Asked): Run {
  return { ...run, asked: { ...run.asked, [provider]: asked } };
}
