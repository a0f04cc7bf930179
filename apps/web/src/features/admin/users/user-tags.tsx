import type { UserSummary } from '@/lib/wire.ts';
import styles from './user-tags.module.css';

interface UserTagsProps {
  user: Pick<UserSummary, 'role' | 'disabled_at'>;
  isViewer: boolean;
}

/** What sets an account apart from most: admin, disabled, or that of the admin who looks. */
export function UserTags({ user, isViewer }: UserTagsProps) {
  const tags = [
    ...(isViewer ? ['you'] : []),
    ...(user.role === 'admin' ? ['admin'] : []),
    ...(user.disabled_at === undefined ? [] : ['disabled']),
  ];
  if (tags.length === 0) return null;
  return (
    <ul className={styles['tags']}>
      {tags.map((tag) => (
        <li key={tag} data-tag={tag}>
          {tag}
        </li>
      ))}
    </ul>
  );
}
