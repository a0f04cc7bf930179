import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import {
  documentedExportHeaders,
  EXPORT_LIMITS_TEXT,
  exportHeaders,
  historyZip,
  limitedExport,
} from './history-export.ts';

/** Returns all identifications of the caller with their photos, as a ZIP. Only REST offers it. */
export function exportIdentificationsAsZip<W extends WireShapes>({ exportedIdentification }: Presenter<W>) {
  const { present } = exportedIdentification;
  const procedure = userProcedure.meta({ policy: 'user', scope: 'read' }).query(({ ctx }) => {
    const { clock, identification: service } = ctx.services;
    const exportedAt = new Date(clock.now());
    const stream = historyZip({ service, ownerId: ctx.principal.userId, exportedAt, present });
    return { exportedAt, stream: limitedExport(ctx, stream) };
  });
  return defineEndpoint({
    operationId: 'exportIdentificationsAsZip',
    summary: "Export all of the caller's identifications with their photos",
    description: `Returns the whole history as a ZIP: \`photos/\` has the stored photos, named by date, identification and number, and \`identifications.json\` has what \`exportIdentificationsAsJson\` returns, with \`files\` for the photos that the ZIP holds. A photo that is deleted meanwhile is left out. ${EXPORT_LIMITS_TEXT}`,
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications/export.zip',
    procedure,
    responses: {
      200: {
        description: 'The whole history with its photos',
        mediaType: 'application/zip',
        headers: documentedExportHeaders('zip'),
      },
    },
    input: () => undefined,
    respond: ({ exportedAt, stream }) => ({ status: 200, stream, headers: exportHeaders(exportedAt, 'zip') }),
  });
}
