import { Pause, Play } from 'lucide-react';
import type { Overview } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import type { Feed } from '../live/feed.ts';
import styles from './feed-badge.module.css';

interface FeedBadgeProps {
  feed: Feed;
  instances: Overview['instances'];
  onTogglePause: () => void;
}

/** Shows how fresh the page is and how many instances agree, and pauses updates. */
export function FeedBadge({ feed, instances, onTogglePause }: FeedBadgeProps) {
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
        {isPaused ? 'Resume' : 'Pause updates'}
      </Button>
    </div>
  );
}

/** Formats "3 of 3 instances": how many see what this one shows. Undefined without Redis, when others are unknown. */
function instancesText(instances: Overview['instances']): string | undefined {
  if (instances === undefined) return undefined;
  const { agree, known } = instances;
  const counted = `${agree} of ${known} ${known === 1 ? 'instance' : 'instances'}`;
  return agree === known ? counted : `${counted} ${agree === 1 ? 'sees' : 'see'} this`;
}
