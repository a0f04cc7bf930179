import type { Namespace } from '../rest/endpoint.ts';
import { DOCUMENT_FILES, openApiDocument } from '../rest/openapi.ts';
import { brunoCollection } from './bruno-collection.ts';
import { parseObject, readDocument, textAt } from './document.ts';

const version = textAt(readDocument('package.json'), 'version');

/** The upload limits that the committed documents state: the defaults of the settings. */
const DEFAULT_UPLOAD_LIMITS = { maxBytes: 10 * 1_048_576, maxPhotos: 5 };

/**
 * Returns the text of each committed document by its path in this package. They are those of a server with the default
 * upload limits, at any origin.
 */
export function committedDocuments(namespace: Namespace): ReadonlyMap<string, string> {
  const config = { upload: DEFAULT_UPLOAD_LIMITS, version };
  return new Map(
    DOCUMENT_FILES.map(([file, openapi]) => [
      file,
      `${JSON.stringify(openApiDocument(namespace, openapi, config), undefined, 2)}\n`,
    ]),
  );
}

/** Folder of the committed Bruno collection in this package. */
export const BRUNO_FOLDER = 'bruno';

/** Returns the text of each file of the committed Bruno collection by its path in this package. */
export function brunoFiles(namespace: Namespace): ReadonlyMap<string, string> {
  const document = parseObject(committedDocuments(namespace).get('openapi.json') ?? '');
  return new Map([...brunoCollection(document)].map(([path, text]) => [`${BRUNO_FOLDER}/${path}`, text]));
}
