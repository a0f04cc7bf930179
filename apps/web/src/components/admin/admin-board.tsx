'use client';

import { useEffect, useState } from 'react';
import { headline } from '@/client/admin/headline.ts';
import type { Order } from '@/client/admin/order.ts';
import { traffic } from '@/client/admin/traffic.ts';
import { useCircuits } from '@/client/admin/use-circuits.ts';
import { PROVIDERS } from '@/lib/providers.ts';
import type { CircuitsOverview } from '@/lib/wire.ts';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './admin-board.module.css';
import { AuditList } from './audit-list.tsx';
import { CircuitCard } from './circuit-card.tsx';
import { FeedBadge } from './feed-badge.tsx';
import { OrderDialog } from './order-dialog.tsx';

export interface AdminBoardProps {
  initial: CircuitsOverview;
  /** Of whoever looks: orders are recorded as theirs. */
  email: string;
}

/** What is wrong in a sentence, then both circuits, then what operators did. */
export function AdminBoard({ initial, email }: AdminBoardProps) {
  const { overview, now, timeZone, feed, take, togglePause } = useCircuits(initial);
  const [order, setOrder] = useState<Order>();
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
            onOrder={(verb) => setOrder({ provider, verb })}
          />
        ))}
      </div>
      <AuditList newest={overview.audit} now={now} timeZone={timeZone} />
      {order === undefined ? null : (
        <OrderDialog
          order={order}
          overview={overview}
          email={email}
          now={now}
          timeZone={timeZone}
          onTaken={take}
          onClose={() => setOrder(undefined)}
        />
      )}
    </div>
  );
}
