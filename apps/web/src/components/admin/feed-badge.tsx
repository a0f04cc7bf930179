import { Pause, Play } from 'lucide-react';
import type { Feed } from '@/client/admin/feed.ts';
import { instancesText } from '@/client/admin/instances-text.ts';
import type { CircuitsOverview } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import styles from './feed-badge.module.css';

interface FeedBadgeProps {
  feed: Feed;
  instances: CircuitsOverview['instances'];
  onTogglePause: () => void;
}

/** How fresh the page is, for how many instances it speaks, and the way to make it stand still. */
export function FeedBadge({ feed, instances, onTogglePause }: FeedBadgeProps) {
  const others = instancesText(instances);
  const isPaused = feed.kind === 'paused';
  const Icon = isPaused ? Play : Pause;
  return (
    <div className={styles['feed']}>
      <p className={styles['badge']} data-kind={feed.kind}>
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
