export { type BadPhoto, badPhotos, noiseJpeg } from './bad-photos.ts';
export { createPhotoIntake, type PhotoIntake } from './photo-intake.ts';
