import Link from 'next/link';
import { TIER_NAMES } from '@/lib/tiers.ts';
import type { UserSummary } from '@/lib/wire.ts';
import { LocalTime } from '@/ui/local-time.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import list from '../list/list-table.module.css';
import styles from './user-table.module.css';
import { UserTags } from './user-tags.tsx';

interface UserTableProps {
  users: readonly UserSummary[];
  /** Id of the admin who looks. */
  viewerId: string;
}

/** Accounts, the newest first; each address leads to the page of its account. */
export function UserTable({ users, viewerId }: UserTableProps) {
  return (
    <table className={list['table']}>
      <caption className={hidden['hidden']}>Accounts, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Name</th>
          <th scope="col">Tier</th>
          <th scope="col">Since</th>
          <th scope="col">
            <span className={hidden['hidden']}>Role and state</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr key={user.id} className={styles['row']} data-disabled={user.disabled_at === undefined ? undefined : true}>
            <th scope="row">
              <Link href={`/admin/users/${encodeURIComponent(user.id)}`} prefetch={false}>
                {user.email}
              </Link>
            </th>
            <td className={styles['name']}>{user.name}</td>
            <td>{TIER_NAMES[user.tier]}</td>
            <td className={styles['since']}>
              <LocalTime at={user.created_at} />
            </td>
            <td className={styles['tags']}>
              <UserTags user={user} isViewer={user.id === viewerId} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
