'use client';

import { useState } from 'react';
import { PROVIDER_NAMES } from '@/lib/providers.ts';
import { trpc } from '@/lib/trpc.tsx';
import { useDocumentTitle } from '@/lib/use-document-title.ts';
import type { Overview } from '@/lib/wire.ts';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './admin-view.module.css';
import { AuditPanel } from './audit/audit-panel.tsx';
import { CircuitCard } from './circuit/circuit-card.tsx';
import { FeedBadge } from './headline/feed-badge.tsx';
import { headlineOf } from './headline/headline-text.ts';
import { UrgencySlip } from './headline/urgency-slip.tsx';
import { urgencySlip } from './headline/urgency-text.ts';
import { ShownMinuteStrip } from './hour/shown-minute-strip.tsx';
import { useShownMinute } from './hour/use-shown-minute.ts';
import { useOverview } from './live/use-overview.ts';
import type { Override } from './override/override.ts';
import { OverrideDialog } from './override/override-dialog.tsx';
import { AlertsPanel } from './panels/alerts-panel.tsx';
import { CachePanel } from './panels/cache-panel.tsx';
import { DependenciesStrip } from './panels/dependencies-strip.tsx';
import { JobsPanel } from './panels/jobs-panel.tsx';
import { LeasesPanel } from './panels/leases-panel.tsx';
import { LegacyPanel } from './panels/legacy-panel.tsx';
import { LimitsPanel } from './panels/limits-panel.tsx';
import { QuotasPanel } from './panels/quotas-panel.tsx';

interface AdminViewProps {
  initial: Overview;
  /** Id of the operator who is signed in. */
  viewer: string;
  /** Their e-mail address; overrides are recorded under it. */
  email: string;
}

/** Content of `/admin`: shows what is wrong and whether to get up, then each provider, then everything else. */
export function AdminView({ initial, viewer, email }: AdminViewProps) {
  const { overview, now, timeZone, feed, update, togglePause } = useOverview(initial, viewer);
  const [override, setOverride] = useState<Override>();
  const shownMinute = useShownMinute(overview.minutes[FIRST].map(({ at }) => at));
  const { note, title } = headlineOf(overview, feed);
  const slip = urgencySlip(overview, { feed, now, timeZone });
  const acknowledging = trpc.v1.admin.alerts.acknowledge.useMutation();
  const acknowledge = async (id: string) => update(await acknowledging.mutateAsync({ id }));
  useDocumentTitle(title, 'Admin');

  return (
    <div className={styles['board']} data-stale={feed.status === 'stale' || undefined}>
      <p aria-live="polite" className={hidden['hidden']}>
        {title}
      </p>
      <div className={styles['head']}>
        <div>
          <h1>{title}</h1>
          <p>{note}</p>
        </div>
        <FeedBadge feed={feed} instances={overview.instances} onTogglePause={togglePause} />
      </div>
      <UrgencySlip slip={slip} />
      <ShownMinuteStrip shownMinute={shownMinute} now={now} timeZone={timeZone} />
      <div className={styles['now']}>
        <div className={styles['alerts']}>
          <AlertsPanel overview={overview} now={now} timeZone={timeZone} onAcknowledge={acknowledge} />
        </div>
        <div className={styles['cards']}>
          {PROVIDER_NAMES.map((name) => (
            <CircuitCard
              key={name}
              name={name}
              overview={overview}
              shownMinute={shownMinute}
              now={now}
              timeZone={timeZone}
              onOverride={(type) => setOverride({ provider: name, type })}
            />
          ))}
        </div>
      </div>
      <Panels overview={overview} now={now} timeZone={timeZone} />
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

/** All providers have the same minutes. */
const [FIRST = 'plant_id' as const] = PROVIDER_NAMES;

interface PanelsProps {
  overview: Overview;
  now: number;
  timeZone: string;
}

/** Everything below the providers. */
function Panels({ overview, now, timeZone }: PanelsProps) {
  const { audit, cache, dependencies, jobs, leases, legacy, limits, quotas, shared } = overview;
  return (
    <div className={styles['rest']}>
      <DependenciesStrip dependencies={dependencies} />
      <JobsPanel jobs={jobs} now={now} timeZone={timeZone} />
      <div className={styles['panels']}>
        <QuotasPanel quotas={quotas} factor={limits.factor} now={now} timeZone={timeZone} />
        <CachePanel cache={cache} />
        <LimitsPanel limits={limits} shared={shared} timeZone={timeZone} />
        <LeasesPanel leases={leases} now={now} />
        <LegacyPanel legacy={legacy} now={now} />
        <AuditPanel entries={audit} />
      </div>
    </div>
  );
}
