'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { PROVIDER_NAMES } from '@/lib/providers.ts';
import { useDocumentTitle } from '@/lib/use-document-title.ts';
import type { Overview } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './admin-view.module.css';
import { AuditList } from './audit-list.tsx';
import { CircuitCard } from './circuit-card.tsx';
import type { Feed } from './feed.ts';
import type { Override } from './override.ts';
import { OverrideDialog } from './override-dialog.tsx';
import { headlineText, instancesText, trafficText } from './overview-text.ts';
import { makeClients, trpc } from './trpc.ts';
import { useCircuits } from './use-circuits.ts';

/** Content of `/admin`, inside the providers of its API client. */
export function AdminView(props: AdminViewProps) {
  const [{ client, queryClient }] = useState(makeClients);
  return (
    <trpc.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <AdminBoard {...props} />
      </QueryClientProvider>
    </trpc.Provider>
  );
}

interface AdminViewProps {
  initial: Overview;
  /** E-mail address of the operator who is signed in; overrides are recorded under it. */
  email: string;
}

/** Shows a headline, the circuit of each provider, and the audit log. */
function AdminBoard({ initial, email }: AdminViewProps) {
  const { overview, now, timeZone, feed, update, togglePause } = useCircuits(initial);
  const [override, setOverride] = useState<Override>();
  const sentence = headlineText(overview);
  useDocumentTitle(sentence, 'Admin');

  return (
    <div className={styles['board']}>
      <p aria-live="polite" className={hidden['hidden']}>
        {sentence}
        {feed.status === 'stale' ? ` ${feed.text}.` : ''}
      </p>
      <div className={styles['head']}>
        <div>
          <h1>{sentence}</h1>
          {feed.status === 'stale' ? (
            <p className={styles['stale']}>Nothing was heard since: what stands here may be over.</p>
          ) : (
            <p>{trafficText(overview)}</p>
          )}
        </div>
        <FeedBadge feed={feed} instances={overview.instances} onTogglePause={togglePause} />
      </div>
      <div className={styles['cards']}>
        {PROVIDER_NAMES.map((provider) => (
          <CircuitCard
            key={provider}
            provider={provider}
            circuit={overview.circuits[provider]}
            isLocal={!overview.shared}
            now={now}
            timeZone={timeZone}
            onOverride={(type) => setOverride({ provider, type })}
          />
        ))}
      </div>
      <AuditList newest={overview.audit} now={now} timeZone={timeZone} />
      {override === undefined ? null : (
        <OverrideDialog
          override={override}
          overview={overview}
          email={email}
          now={now}
          timeZone={timeZone}
          onDone={update}
          onClose={() => setOverride(undefined)}
        />
      )}
    </div>
  );
}

interface FeedBadgeProps {
  feed: Feed;
  instances: Overview['instances'];
  onTogglePause: () => void;
}

/** Shows how fresh the page is and how many instances agree, and pauses updates. */
function FeedBadge({ feed, instances, onTogglePause }: FeedBadgeProps) {
  const others = instancesText(instances);
  const isPaused = feed.status === 'paused';
  const Icon = isPaused ? Play : Pause;
  return (
    <div className={styles['feed']}>
      <p className={styles['badge']} data-status={feed.status}>
        {isPaused ? <Pause size={14} strokeWidth={2} aria-hidden="true" /> : <span aria-hidden="true" />}
        {feed.text}
      </p>
      {others === undefined ? null : (
        <p className={styles['instances']} data-apart={instances?.agree !== instances?.known || undefined}>
          {others}
        </p>
      )}
      <Button small onClick={onTogglePause}>
        <Icon size={14} strokeWidth={2} aria-hidden="true" />
        {isPaused ? 'Go on' : 'Pause updates'}
      </Button>
    </div>
  );
}
