import { auditCsv } from '@/features/admin/audit/audit-csv.ts';
import { readAuditFilter } from '@/features/admin/audit/audit-filter.ts';
import { auditPage, isStillAdmin } from '@/server/page-data.ts';
import { viewer } from '@/server/viewer.ts';

/** Entries that are read at a time. */
const PAGE = 200;
const RETRY_SECONDS = '5';

/**
 * Serves the filtered audit trail as a CSV file, as it is read. Callers who are no admins get a 404; the file breaks off
 * for one who loses the role meanwhile.
 */
export async function GET(request: Request): Promise<Response> {
  const { isUnknown, principal } = await viewer();
  const headers = { 'Cache-Control': 'no-store' };
  if (isUnknown) return new Response(null, { status: 503, headers: { ...headers, 'Retry-After': RETRY_SECONDS } });
  if (principal?.role !== 'admin') return new Response(null, { status: 404, headers });
  const filter = readAuditFilter(Object.fromEntries(new URL(request.url).searchParams));
  const parts = auditCsv({
    isAllowed: () => isStillAdmin(request.headers),
    read: (cursor) => auditPage(principal, filter, { cursor, limit: PAGE }),
  });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await parts.next();
      if (part.done === true) controller.close();
      else controller.enqueue(encoder.encode(part.value));
    },
    async cancel() {
      await parts.return();
    },
  });
  return new Response(body, {
    headers: {
      ...headers,
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="audit-${new Date().toISOString().slice(0, 10)}.csv"`,
    },
  });
}
