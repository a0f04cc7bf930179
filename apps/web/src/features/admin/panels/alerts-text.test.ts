import { describe, expect, it } from 'vitest';
import type { Alert, Urgency } from '../../../lib/wire.ts';
import { at, NOW, overviewOf, plain } from '../testing/overview-of.ts';
import { alertText, pendingAlertText, webhookText } from './alerts-text.ts';

const alert = (given: Partial<Alert>): Alert => ({
  id: '1',
  rule: 'circuit_open',
  subject: 'plant_id',
  severity: 'warning',
  state: 'firing',
  value: 372_000,
  limit: 300_000,
  unit: 'ms',
  since: at(-372),
  runbook: 'circuit-open',
  ...given,
});
const share = { value: 0.062, limit: 0.05, unit: 'share' } as const;

describe('alertText', () => {
  it.each<[Partial<Alert>, string]>([
    [{}, 'Plant.id gives no answers, for 6 min 12 s; limit 5 min.'],
    [{ rule: 'circuit_stuck_open', state: 'resolved' }, 'Plant.id gave no answers, for 6 min 12 s; limit 5 min.'],
    [{ rule: 'server_errors', ...share }, 'Requests fail on our side: 6.2 %; limit 5 %.'],
    [{ rule: 'quota_nearly_used', ...share, value: 0.83, limit: 0.8 }, 'Plant.id’s quota runs low: 83 %; limit 80 %.'],
    [{ rule: 'provider_misconfigured', limit: 0 }, 'Plant.id rejects our key.'],
    [{ rule: 'no_provider_answers', value: 0, limit: 1, unit: 'count' }, 'No service answers.'],
    [{ rule: 'provider_unpaid', limit: 0, state: 'resolved' }, 'Plant.id was unpaid.'],
    [{ rule: 'redis_refuses_writes', limit: 60_000 }, 'Redis takes no writes, for 6 min 12 s; limit 1 min.'],
    [
      { rule: 'job_failing', subject: 'delete-photos', value: 3, limit: 1, unit: 'count' },
      'The job “Delete photos” fails: 3 runs; limit 1 run.',
    ],
  ])('of %j', (given, text) => {
    expect(plain(alertText(alert(given)))).toBe(text);
  });
});

describe('pendingAlertText', () => {
  const because: Urgency['because'] = { rule: 'provider_unpaid', subject: 'plant_id', value: 1 };
  const text = (urgency: Partial<Urgency>, items: Alert[] = []) =>
    pendingAlertText(overviewOf({ urgency: { answer: 'yes', checks: [], because, ...urgency }, alerts: { items } }));
  const due = 'Plant.id is unpaid. The next watch, within a minute, makes it an alert if it lasts.';

  it('names what wakes an operator before it is an alert', () => {
    expect(text({})).toBe(due);
    expect(text({ because: { rule: 'no_provider_answers', value: 0 } })).toMatch(/^No service answers\. /);
  });

  it('leaves alerts of the same rule aside that are about another subject, or resolved', () => {
    const others = [
      alert({ rule: 'provider_unpaid', subject: 'plantnet' }),
      alert({ rule: 'provider_unpaid', state: 'resolved' }),
    ];
    expect(text({}, others)).toBe(due);
  });

  it('is undefined once it is an alert, without a cause, and for what only may become one', () => {
    expect([
      text({}, [alert({ rule: 'provider_unpaid' })]),
      text({ answer: 'no', because: undefined }),
      text({ answer: 'not_yet' }),
    ]).toEqual([undefined, undefined, undefined]);
  });
});

describe('webhookText', () => {
  it.each<[Parameters<typeof webhookText>[0], string]>([
    [{ waiting: 0 }, 'Webhook not called yet. Nothing waits.'],
    [{ last_status: 200, last_at: at(-190), waiting: 0 }, 'Webhook answered 200 at 02:41:09. Nothing waits.'],
    [{ last_status: 503, last_at: at(-190), waiting: 1 }, 'Webhook answered 503 at 02:41:09. 1 waits.'],
    [{ last_error: 'timeout', last_at: at(-190), waiting: 3 }, 'Webhook failed at 02:41:09: timeout. 3 wait.'],
  ])('of %j', (webhook, text) => {
    expect(webhookText(webhook, NOW, 'Europe/Berlin')).toBe(text);
  });
});
