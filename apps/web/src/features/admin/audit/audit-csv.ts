import { BYTE_ORDER_MARK, csvRow } from '../../../lib/csv.ts';
import type { AuditEntry } from '../../../lib/wire.ts';
import { actionText, changeTexts } from './audit-text.ts';

const COLUMNS = [
  'at_utc',
  'who',
  'action',
  'what',
  'target',
  'target_email',
  'reason',
  'before',
  'after',
  'request_id',
  'address',
];

interface Page {
  items: readonly AuditEntry[];
  next_cursor?: string | undefined;
}

interface Source {
  /** Whether the person who exports may still read the audit trail; asked before each page. */
  readonly isAllowed: () => Promise<boolean>;
  readonly read: (cursor: string | undefined) => Promise<Page>;
}

/**
 * Yields the audit trail as the parts of a CSV file, for a spreadsheet, one for each page that `read` returns: however
 * long the trail is, one page is in memory.
 * @throws when the person may not read it any more: the download fails, and its part does not pass for the whole
 */
export async function* auditCsv({ isAllowed, read }: Source): AsyncGenerator<string, void> {
  yield BYTE_ORDER_MARK + csvRow(COLUMNS);
  let cursor: string | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- the answer may change from page to page
    if (!(await isAllowed())) throw new Error('The person who exports the audit trail is no longer an admin.');
    // oxlint-disable-next-line no-await-in-loop -- each page has the cursor of the next
    const { items, next_cursor: next } = await read(cursor);
    yield items.map(rowOf).join('');
    cursor = next;
  } while (cursor !== undefined);
}

function rowOf(entry: AuditEntry): string {
  const { action, actor, address, at, reason, request_id: requestId, target } = entry;
  const { after, before } = changeTexts(entry);
  const targetEmail = 'target_email' in entry ? entry.target_email : undefined;
  // No-break spaces are for pages.
  const what = actionText(entry).replaceAll('\u00a0', ' ');
  const cells = [at, actor, action, what, target, targetEmail, reason, before, after, requestId, address];
  return csvRow(cells.map((cell) => cell ?? ''));
}
