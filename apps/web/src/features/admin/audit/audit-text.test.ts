import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../lib/wire.ts';
import { auditEntry } from '../testing/audit-entry.ts';
import { actionText, changeTexts, personText } from './audit-text.ts';

const { after: _after, before: _before, action: _action, target: _target, ...shared } = auditEntry;
const user = { ...shared, target: '0c6f2f8e', target_email: 'j.r@example.org' };
const unused = { link: 'unused', until: '2026-11-22T02:22:11.300Z' } as const;
const alert = { rule: 'quota_nearly_used', subject: 'plant_id' };

describe('the text of an audit entry', () => {
  it.each<[AuditEntry, string, string]>([
    [auditEntry, 'Isolated Pl@ntNet, 15 min', 'half-open, isolated'],
    [{ ...auditEntry, after: { state: 'isolated' } }, 'Isolated Pl@ntNet', 'half-open, isolated'],
    [
      { ...auditEntry, action: 'circuit.release', before: { state: 'isolated' }, after: { state: 'closed' } },
      'Released Pl@ntNet',
      'isolated, closed',
    ],
    [{ ...auditEntry, action: 'circuit.reset', target: 'plant_id' }, 'Reset Plant.id', 'half-open, isolated'],
    [{ ...auditEntry, action: 'circuit.expire' }, 'Isolation of Pl@ntNet ended', 'half-open, isolated'],
    [
      { ...user, action: 'user.set_tier', before: { tier: 'free' }, after: { tier: 'pro' } },
      'Tier of j.r@example.org',
      'free, pro',
    ],
    [
      { ...user, action: 'user.set_role', before: { role: 'admin' }, after: { role: 'user' } },
      'Role of j.r@example.org',
      'admin, user',
    ],
    [
      { ...user, action: 'user.disable', before: { disabled: false }, after: { disabled: true } },
      'Disabled j.r@example.org',
      'enabled, disabled',
    ],
    [
      { ...user, action: 'user.make_sign_in_link', before: { link: 'none' }, after: unused },
      'Made a sign-in link for j.r@example.org',
      'no link, unused link',
    ],
    [
      { ...user, action: 'user.use_sign_in_link', before: unused, after: { link: 'used' } },
      'Sign-in link of j.r@example.org used',
      'unused link, used',
    ],
    [
      {
        ...shared,
        action: 'alert.acknowledge',
        target: '01JD8Z4Q0M3T5R7V9X1B2C4D70',
        before: { ...alert, state: 'firing' },
        after: { ...alert, state: 'acknowledged' },
      },
      'Acknowledged alert quota nearly used, plant_id',
      'firing, acknowledged',
    ],
  ])('%j has the action, and what it changed', (entry, action, change) => {
    expect(actionText(entry).replaceAll('\u00a0', ' ')).toBe(action);
    expect(Object.values(changeTexts(entry)).join(', ')).toBe(change);
  });

  it('does not show the address that stands in for a deleted account', () => {
    expect(personText('0c6f2f8e-8d0c-4bb4-8f2e-5d1f6b6a9a55@removed.invalid')).toBe('a deleted account');
    expect(personText(undefined)).toBe('a deleted account');
  });
});
