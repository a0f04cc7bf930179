import type { MergedResult, ProgressEvent, ProviderName, ProviderStatus } from '../../lib/wire.ts';

/** Progress of one provider in one run. Times are epoch milliseconds of this device. */
export type ProviderProgress =
  | { type: 'asking'; since: number; at: number; usualMs?: number; slowMs?: number }
  /** `tookMs` is absent when the answer was cached. */
  | { type: 'answered'; tookMs?: number }
  | { type: 'unanswered'; status: Exclude<ProviderStatus, 'answered'>; until?: number };

/** One attempt to identify a photo. */
export interface Run {
  requestId: string;
  sentBytes: number;
  totalBytes: number;
  sent: boolean;
  /** Time the server took to read the photo, in milliseconds. */
  readMs?: number;
  providers: Readonly<Partial<Record<ProviderName, ProviderProgress>>>;
  /** Providers in the order of their answers. */
  answeredBy: readonly ProviderName[];
  /** Result of the answers so far. */
  merged?: MergedResult;
  comparing: boolean;
}

export function startRun(requestId: string, totalBytes: number): Run {
  return { requestId, sentBytes: 0, totalBytes, sent: false, providers: {}, answeredBy: [], comparing: false };
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
      return withProvider(run, event.provider, {
        type: 'asking',
        since: at,
        at: event.at,
        ...(event.usual_ms === undefined ? {} : { usualMs: event.usual_ms }),
        ...(event.slow_ms === undefined ? {} : { slowMs: event.slow_ms }),
      });
    case 'answered': {
      const before = run.providers[event.provider];
      const took = before?.type === 'asking' ? { tookMs: event.at - before.at } : {};
      const answered = withProvider(run, event.provider, { type: 'answered', ...took });
      return { ...answered, answeredBy: [...run.answeredBy, event.provider], merged: event.verdict };
    }
    case 'unanswered': {
      if (event.status === 'answered') return run;
      const until = event.retry_after_ms === undefined ? {} : { until: at + event.retry_after_ms };
      return withProvider(run, event.provider, { type: 'unanswered', status: event.status, ...until });
    }
    case 'comparing':
      return { ...run, comparing: true };
    case 'done':
      return run;
  }
}

function withProvider(run: Run, provider: ProviderName, progress: ProviderProgress): Run {
  return { ...run, providers: { ...run.providers, [provider]: progress } };
}
