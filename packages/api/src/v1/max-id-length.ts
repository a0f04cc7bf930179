/** Maximum length of an id in the input of a procedure; every id of a row is shorter. */
export const MAX_ID_LENGTH = 100;
