import type { operations } from './generated/openapi.ts';

type IdentifyBody = operations['identifyPlant']['requestBody']['content']['multipart/form-data'];
export type Organ = NonNullable<IdentifyBody['organs']>[number];

/** A photo, or a photo of an organ of the plant. */
export type PlantPhoto = Blob | { photo: Blob; organ: Organ };

/** Photos of one plant, and what is known about it. */
export interface PlantPhotos {
  /** In a format that the API accepts: see the field `image` in its document. */
  photos: readonly PlantPhoto[];
  /** Whether to look for diseases; true if absent. */
  diseases?: boolean;
  location?: { latitude: number; longitude: number };
  /** Language of common names, such as `pt-BR`. */
  language?: string;
  /** Id of a Pl@ntNet flora. */
  project?: string;
}

/** Returns the fields of the form that identify reads. Organs are sent for all photos or for none. */
export function formOf({ diseases, language, location, photos, project }: PlantPhotos): IdentifyBody {
  const hasOrgans = photos.some((photo) => !(photo instanceof Blob));
  return {
    image: photos.map((photo) => (photo instanceof Blob ? photo : photo.photo)),
    ...(hasOrgans && { organs: photos.map((photo) => (photo instanceof Blob ? 'auto' : photo.organ)) }),
    ...(diseases === undefined ? {} : { include_diseases: diseases }),
    ...location,
    ...(language === undefined ? {} : { language }),
    ...(project === undefined ? {} : { project }),
  };
}

/** Returns a form for a body that holds files, whose lists are repeated fields; JSON for every other body. */
export function bodyOf(body: object = {}): FormData | string {
  const fields = Object.entries(body).map(([name, value]) => [name, [value].flat() as unknown[]] as const);
  if (!fields.some(([, values]) => values.some((value) => value instanceof Blob))) return JSON.stringify(body);
  const form = new FormData();
  for (const [name, values] of fields) {
    for (const value of values) form.append(name, value instanceof Blob ? value : String(value));
  }
  return form;
}
