'use client';

import { useEffect, useState } from 'react';
import { headline } from '@/client/admin/headline.ts';
import type { Override } from '@/client/admin/override.ts';
import { traffic } from '@/client/admin/traffic.ts';
import { useCircuits } from '@/client/admin/use-circuits.ts';
import { PROVIDERS } from '@/lib/providers.ts';
import type { CircuitsOverview } from '@/lib/wire.ts';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './admin-board.module.css';
import { AuditList } from './audit-list.tsx';
import { CircuitCard } from './circuit-card.tsx';
import { FeedBadge } from './feed-badge.tsx';
import { OverrideDialog } from './override-dialog.tsx';

export interface AdminBoardProps {
  initial: CircuitsOverview;
  /** E-mail address of the operator who is signed in; overrides are recorded under it. */
  email: string;
}

/** What is wrong in a sentence, then both circuits, then what operators did. */
export function AdminBoard({ initial, email }: AdminBoardProps) {
  const { overview, now, timeZone, feed, take, togglePause } = useCircuits(initial);
  const [override, setOverride] = useState<Override>();
  const sentence = headline(overview);
  // After every render: Next sets the page's own title some time after people came from another page.
  useEffect(() => {
    document.title = `${sentence} · Plant ID Community`;
  });

  return (
    <div className={styles['board']}>
      <p aria-live="polite" className={hidden['hidden']}>
        {sentence}
        {feed.kind === 'stale' ? ` ${feed.text}.` : ''}
      </p>
      <div className={styles['head']}>
        <div>
          <h1>{sentence}</h1>
          {feed.kind === 'stale' ? (
            <p className={styles['stale']}>Nothing was heard since: what stands here may be over.</p>
          ) : (
            <p>{traffic(overview)}</p>
          )}
        </div>
        <FeedBadge feed={feed} instances={overview.instances} onTogglePause={togglePause} />
      </div>
      <div className={styles['cards']}>
        {PROVIDERS.map((provider) => (
          <CircuitCard
            key={provider}
            provider={provider}
            circuit={overview.circuits[provider]}
            isOneOfMany={overview.instances?.known !== 1}
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
          onTaken={take}
          onClose={() => setOverride(undefined)}
        />
      )}
    </div>
  );
}
