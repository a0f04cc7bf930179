// Configuration of dependency-cruiser: no circle of folders in product code. Tests and their fixtures stay out.
import { options, TESTS } from './import-order.mjs';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-folder-circle',
      comment: 'One of the folders stands below the other and does not import from it.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(?:packages|apps|tools)/' },
      // The root of a package has the index and what all its folders share.
      to: { circular: true, viaOnly: { pathNot: '/src$' } },
    },
  ],
  options: { ...options, exclude: { path: [...options.exclude.path, TESTS] } },
};
