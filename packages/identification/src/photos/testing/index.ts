export { type BadPhoto, badPhotos, noiseJpeg } from './bad-photos.ts';
export { type CorpusPhoto, makePhotoCorpus } from './photo-corpus.ts';
export { createPhotoIntake, type PhotoIntake } from './photo-intake.ts';
