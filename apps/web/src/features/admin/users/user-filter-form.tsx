'use client';

import Form from 'next/form';
import Link from 'next/link';
import { TIER_NAMES, TIERS } from '@/lib/tiers.ts';
import { Field, SelectField } from '@/ui/field.tsx';
import { FilterButton } from '../list/filter-button.tsx';
import styles from '../list/filter-form.module.css';
import type { UserFilter } from './user-filter.ts';

const PATH = '/admin/users';

/** Narrows the list of users. The filter is the query of the page; works without scripts. */
export function UserFilterForm({ filter }: { filter: UserFilter }) {
  const isNarrowed = Object.keys(filter).length > 0;
  return (
    // A new filter makes new inputs: each shows what the list is narrowed by.
    <Form key={JSON.stringify(filter)} action={PATH} className={styles['form']} aria-label="Filter">
      <Field
        label="Search"
        name="search"
        type="search"
        placeholder="address or name"
        autoComplete="off"
        defaultValue={filter.search}
      />
      <SelectField label="Role" name="role" defaultValue={filter.role ?? ''}>
        <option value="">Any role</option>
        <option value="admin">Admin</option>
        <option value="user">User</option>
      </SelectField>
      <SelectField label="Tier" name="tier" defaultValue={filter.tier ?? ''}>
        <option value="">Any tier</option>
        {TIERS.map((tier) => (
          <option key={tier} value={tier}>
            {TIER_NAMES[tier]}
          </option>
        ))}
      </SelectField>
      <SelectField label="State" name="state" defaultValue={filter.state ?? ''}>
        <option value="">Any state</option>
        <option value="enabled">Enabled</option>
        <option value="disabled">Disabled</option>
      </SelectField>
      <div className={styles['buttons']}>
        <FilterButton />
        {isNarrowed ? <Link href={PATH}>Show all</Link> : null}
      </div>
    </Form>
  );
}
