import { Pause, Play } from 'lucide-react';
import type { Feed } from '@/client/admin/feed.ts';
import { Button } from '../controls/button.tsx';
import styles from './feed-badge.module.css';

/** How fresh the page is, and the way to make it stand still. */
export function FeedBadge({ feed, onTogglePause }: { feed: Feed; onTogglePause: () => void }) {
  const isPaused = feed.kind === 'paused';
  const Icon = isPaused ? Play : Pause;
  return (
    <div className={styles['feed']}>
      <p className={styles['badge']} data-kind={feed.kind}>
        {isPaused ? <Pause size={14} strokeWidth={2} aria-hidden="true" /> : <span aria-hidden="true" />}
        {feed.text}
      </p>
      <Button small onClick={onTogglePause}>
        <Icon size={14} strokeWidth={2} aria-hidden="true" />
        {isPaused ? 'Go on' : 'Pause updates'}
      </Button>
    </div>
  );
}
