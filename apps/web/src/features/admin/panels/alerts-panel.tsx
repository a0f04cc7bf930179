'use client';

import { Check, TriangleAlert, UserRound, Webhook as WebhookIcon } from 'lucide-react';
import Link from 'next/link';
import { useRef, useState } from 'react';
import { dayAndTime, durationText } from '@/lib/format/time.ts';
import type { Alert, Overview } from '@/lib/wire.ts';
import { Moment } from '@/ui/moment.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './alerts-panel.module.css';
import { alertText, pendingAlertText, webhookText } from './alerts-text.ts';
import { Panel } from './panel.tsx';

/** Number of resolved alerts that are shown at first. */
const RESOLVED_AT_FIRST = 2;

interface AlertsPanelProps {
  overview: Pick<Overview, 'alerts' | 'urgency'>;
  now: number;
  timeZone: string;
  /** Resolves once the alert is acknowledged. */
  onAcknowledge: (id: string) => Promise<void>;
}

/** Alerts that fire, are acknowledged, or ended in the last day. */
export function AlertsPanel({ overview, now, timeZone, onAcknowledge }: AlertsPanelProps) {
  const { items, webhook } = overview.alerts;
  const pending = pendingAlertText(overview);
  const [showsAll, setShowsAll] = useState(false);
  const lasting = items.filter(({ state }) => state !== 'resolved');
  const resolved = items.filter(({ state }) => state === 'resolved');
  const shown = [...lasting, ...(showsAll ? resolved : resolved.slice(0, RESOLVED_AT_FIRST))];
  const firing = items.filter(({ state }) => state === 'firing').length;
  return (
    <Panel
      title="Alerts"
      note={firing > 0 ? `${firing} firing` : pending === undefined ? 'none firing' : 'none firing yet'}
      aside={
        resolved.length > RESOLVED_AT_FIRST ? (
          <button
            type="button"
            className={styles['link']}
            aria-expanded={showsAll}
            onClick={() => setShowsAll(!showsAll)}
          >
            {showsAll ? 'Fewer' : 'All'}
          </button>
        ) : null
      }
    >
      {pending === undefined ? null : <p className={styles['pending']}>{pending}</p>}
      {shown.length === 0 && pending === undefined ? <p className={styles['quiet']}>None in the last day.</p> : null}
      {shown.length === 0 ? null : (
        <ul className={styles['list']}>
          {shown.map((alert) => (
            <AlertItem key={alert.id} alert={alert} now={now} timeZone={timeZone} onAcknowledge={onAcknowledge} />
          ))}
        </ul>
      )}
      {webhook === undefined ? null : (
        <p className={styles['webhook']}>
          <WebhookIcon size={18} strokeWidth={1.7} aria-hidden="true" />
          <span>{webhookText(webhook, now, timeZone)}</span>
        </p>
      )}
    </Panel>
  );
}

const STATES = {
  firing: { word: 'Firing', Icon: TriangleAlert },
  acknowledged: { word: 'Acknowledged', Icon: UserRound },
  resolved: { word: 'Resolved', Icon: Check },
} as const;

type AlertItemProps = Omit<AlertsPanelProps, 'overview'> & { alert: Alert };

function AlertItem({ alert, now, timeZone, onAcknowledge }: AlertItemProps) {
  const item = useRef<HTMLLIElement>(null);
  const [progress, setProgress] = useState<'idle' | 'busy' | 'failed'>('idle');
  const { Icon, word } = STATES[alert.state];
  const from = alert.resolved_at ?? alert.since;
  const acknowledge = async () => {
    if (progress === 'busy') return;
    setProgress('busy');
    try {
      await onAcknowledge(alert.id);
      setProgress('idle');
      // The button is gone; the focus stays at the alert.
      item.current?.focus();
    } catch {
      setProgress('failed');
    }
  };
  const text = alertText(alert);
  return (
    <li ref={item} tabIndex={-1} className={styles['alert']} data-state={alert.state}>
      <p className={styles['state']}>
        <Icon size={16} strokeWidth={1.8} aria-hidden="true" />
        {word}
      </p>
      <Moment at={from} className={styles['quiet']}>
        {durationText(now - Date.parse(from))}
        <span className={hidden['hidden']}> ago</span>
      </Moment>
      <p className={styles['text']}>{text}</p>
      <p className={styles['actions']}>
        <AlertEnd alert={alert} now={now} timeZone={timeZone} />
        {alert.state === 'firing' ? (
          <button
            type="button"
            className={styles['link']}
            aria-disabled={progress === 'busy' || undefined}
            onClick={() => void acknowledge()}
          >
            {progress === 'busy' ? 'Acknowledging' : 'Acknowledge'}
            <span className={hidden['hidden']}>: {text}</span>
          </button>
        ) : null}
        {alert.state === 'resolved' ? null : (
          <Link href={`/admin/runbook#${alert.runbook}`} className={styles['link']}>
            Runbook<span className={hidden['hidden']}>: {text}</span>
          </Link>
        )}
      </p>
      {progress === 'failed' ? (
        <p role="alert" className={styles['failed']}>
          No answer came. Please try again.
        </p>
      ) : null}
    </li>
  );
}

/** Says who acknowledged an alert, or when it ended. */
function AlertEnd({ alert, now, timeZone }: Pick<AlertItemProps, 'alert' | 'now' | 'timeZone'>) {
  const { acknowledged, resolved_at: resolvedAt, state } = alert;
  const time = (at: string) => dayAndTime(Date.parse(at), now, timeZone);
  if (state === 'resolved' && resolvedAt !== undefined) {
    return (
      <Moment at={resolvedAt} className={styles['quiet']}>
        ended {time(resolvedAt)}
      </Moment>
    );
  }
  if (state !== 'acknowledged' || acknowledged === undefined) return null;
  return (
    <Moment at={acknowledged.at} className={styles['quiet']}>
      by {acknowledged.by}, {time(acknowledged.at)}
    </Moment>
  );
}
