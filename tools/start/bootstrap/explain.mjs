/** Explanations of the codes of the system. */
const MEANINGS = new Map([
  ['EACCES', 'this user may not'],
  ['EPERM', 'the system forbids it'],
  ['EROFS', 'the disk is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', "this user's share of the disk is used up"],
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EEXIST', 'something else is in its place'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its symbolic links lead in a circle'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EMFILE', 'too many files are open'],
  ['EIO', 'the disk fails'],
]);

/**
 * Describes an error in one sentence, without a stack: `mkdir /srv/data failed: the disk is read-only (EROFS).`
 * @param {unknown} error
 */
export function explain(error) {
  if (!(error instanceof Error)) return String(error);
  const { code, path, syscall } = /** @type {NodeJS.ErrnoException} */ (error);
  if (typeof code !== 'string' || typeof syscall !== 'string') return error.message;
  const what = [syscall, path].filter((part) => part !== undefined).join(' ');
  const meaning = code === 'ENOENT' && syscall === 'mkdir' ? 'nothing can be made there' : MEANINGS.get(code);
  return `${what} failed: ${meaning === undefined ? code : `${meaning} (${code})`}.`;
}
