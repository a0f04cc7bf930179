/**
 * The languages of common names that `lang` takes. A language that is missing here costs its speakers the local names; one
 * that the service does not take would cost them the answer. Its default is English.
 */
export const LANGUAGES: ReadonlySet<string> = new Set(
  'ar bg ca cs da de el en es et eu fi fr gl he hr hu id it ja lt nb nl pl pt ro ru sk sl sv tr uk zh'.split(' '),
);
