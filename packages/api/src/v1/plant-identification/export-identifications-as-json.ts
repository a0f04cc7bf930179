import { z } from 'zod';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { EXAMPLES } from './examples.ts';
import {
  documentedExportHeaders,
  EXPORT_LIMITS_TEXT,
  exportHeaders,
  historyJson,
  limitedExport,
} from './history-export.ts';

/** Returns all identifications of the caller as one JSON document. Over tRPC, where nothing streams, `history` has them in pages. */
export function exportIdentificationsAsJson<W extends WireShapes>({ exportedIdentification }: Presenter<W>) {
  const { present, schema } = exportedIdentification;
  const procedure = userProcedure.meta({ policy: 'user', scope: 'read' }).query(({ ctx }) => {
    const { clock, identification: service } = ctx.services;
    const exportedAt = new Date(clock.now());
    const stream = historyJson({ service, ownerId: ctx.principal.userId, exportedAt, present });
    return { exportedAt, stream: limitedExport(ctx, stream) };
  });
  const historyExport = z
    .object({ exported_at: z.iso.datetime(), identifications: z.array(schema).meta({ description: 'Newest first' }) })
    .meta({ id: 'HistoryExport', example: EXAMPLES.historyExport });
  return defineEndpoint({
    operationId: 'exportIdentificationsAsJson',
    summary: "Export all of the caller's identifications as JSON",
    description: `Returns the whole history: each identification as it was answered, and what was asked. ${EXPORT_LIMITS_TEXT}`,
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications/export.json',
    procedure,
    responses: {
      200: { description: 'The whole history', json: historyExport, headers: documentedExportHeaders('json') },
    },
    input: () => undefined,
    respond: ({ exportedAt, stream }) => ({ status: 200, stream, headers: exportHeaders(exportedAt, 'json') }),
  });
}
