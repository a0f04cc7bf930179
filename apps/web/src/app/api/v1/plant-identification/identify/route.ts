// The path of the main job has a route of its own, since Next matches a fixed path faster than a pattern.
export { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } from '../../../[[...path]]/route.ts';

/** Declared explicitly: otherwise Next wraps each request in a proxy to detect dynamic use. */
export const dynamic = 'force-dynamic';
