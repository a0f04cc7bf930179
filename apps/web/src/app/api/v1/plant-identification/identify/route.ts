// Where photos are sent has a route of its own: Next finds a fixed path sooner than a pattern.
export { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } from '../../../[[...path]]/route.ts';

/** Said in so many words, it spares each request the stand-in by which Next would find out. */
export const dynamic = 'force-dynamic';
