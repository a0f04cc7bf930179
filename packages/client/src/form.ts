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

/**
 * Returns the fields of the form that identify reads. Organs are sent for all photos or for none.
 * @throws {DOMException} `NotReadableError` for a photo whose file changed or is gone
 */
export async function formOf(request: PlantPhotos): Promise<IdentifyBody> {
  const { diseases, language, location, photos, project } = request;
  const hasOrgans = photos.some((photo) => !(photo instanceof Blob));
  return {
    image: await Promise.all(photos.map((photo) => inMemory(photo instanceof Blob ? photo : photo.photo))),
    ...(hasOrgans && { organs: photos.map((photo) => (photo instanceof Blob ? 'auto' : photo.organ)) }),
    ...(diseases === undefined ? {} : { include_diseases: diseases }),
    // Their properties are not copied with `...` from the coordinates of a browser.
    ...(location && { latitude: location.latitude, longitude: location.longitude }),
    ...(language === undefined ? {} : { language }),
    ...(project === undefined ? {} : { project }),
  };
}

/**
 * Returns a copy of a photo whose bytes are in memory, so that each attempt sends the same ones. A file that changes
 * while `fetch` reads it ends a Node process.
 */
async function inMemory(photo: Blob): Promise<Blob> {
  const { type } = photo;
  const bytes = await photo.arrayBuffer();
  return photo instanceof File ? new File([bytes], photo.name, { type }) : new Blob([bytes], { type });
}

/** Returns a form for a body that holds files, JSON for every other body. */
export function bodyOf(body: object = {}): FormData | string {
  const hasFiles = Object.values(body).some((value) => [value].flat().some((item) => item instanceof Blob));
  return hasFiles ? formDataOf(body) : JSON.stringify(body);
}

/** Returns a form, in which lists are repeated fields. */
export function formDataOf(body: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    for (const item of [value].flat() as unknown[]) form.append(name, item instanceof Blob ? item : String(item));
  }
  return form;
}
