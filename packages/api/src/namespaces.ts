import { legacy } from './legacy/index.ts';
import { v1 } from './v1/index.ts';

/** The versions of the API, the current one first. A new version is one folder and one line here. */
export const NAMESPACES = [v1, legacy] as const;
