'use client';

import Form from 'next/form';
import Link from 'next/link';
import { Field, SelectField } from '@/ui/field.tsx';
import { FilterButton } from '../list/filter-button.tsx';
import styles from '../list/filter-form.module.css';
import { AUDIT_ACTION_GROUPS, type AuditFilter } from './audit-filter.ts';

const PATH = '/admin/audit';

/** Narrows the audit trail. The filter is the query of the page, so that it can be kept and sent; works without scripts. */
export function AuditFilterForm({ filter }: { filter: AuditFilter }) {
  const isNarrowed = Object.keys(filter).length > 0;
  return (
    // A new filter makes new inputs: each shows what the list is narrowed by.
    <Form key={JSON.stringify(filter)} action={PATH} className={styles['form']} aria-label="Filter">
      <Field label="Who" name="who" placeholder="part of an address" autoComplete="off" defaultValue={filter.who} />
      <SelectField label="What" name="action" defaultValue={filter.action ?? ''}>
        <option value="">Everything</option>
        {AUDIT_ACTION_GROUPS.map(({ actions, id, name }) => (
          <optgroup key={id} label={name}>
            {actions.length > 1 ? <option value={id}>{name}: all</option> : null}
            {actions.map((choice) => (
              <option key={choice.action} value={choice.action}>
                {choice.name}
              </option>
            ))}
          </optgroup>
        ))}
      </SelectField>
      <Field
        label="About"
        name="target"
        placeholder="provider or address"
        autoComplete="off"
        defaultValue={filter.target}
      />
      <Field label="From" note="UTC" name="from" type="date" defaultValue={filter.from} />
      <Field label="To" note="UTC" name="to" type="date" defaultValue={filter.to} />
      <Field label="Reason" name="reason" placeholder="a word of it" autoComplete="off" defaultValue={filter.reason} />
      <div className={styles['buttons']}>
        <FilterButton />
        {isNarrowed ? <Link href={PATH}>Show all</Link> : null}
      </div>
    </Form>
  );
}
