/**
 * Languages of common names that the parameter `lang` accepts; the default is English. A language that is missing here
 * only loses the local names, but one that the service does not accept would lose the answer.
 */
export const LANGUAGES: ReadonlySet<string> = new Set(
  'ar bg ca cs da de el en es et eu fi fr gl he hr hu id it ja lt nb nl pl pt ro ru sk sl sv tr uk zh'.split(' '),
);
