import localFont from 'next/font/local';

/** Display. Preloaded: every page opens with a line of it. */
export const fraunces = localFont({
  src: '../../node_modules/@fontsource-variable/fraunces/files/fraunces-latin-full-normal.woff2',
  weight: '100 900',
  style: 'normal',
  display: 'swap',
  variable: '--font-fraunces',
  adjustFontFallback: 'Times New Roman',
});

/** Scientific names; they come later than the page, so it may wait. */
export const frauncesItalic = localFont({
  src: '../../node_modules/@fontsource-variable/fraunces/files/fraunces-latin-full-italic.woff2',
  weight: '100 900',
  style: 'italic',
  display: 'swap',
  preload: false,
  variable: '--font-fraunces-italic',
  adjustFontFallback: 'Times New Roman',
});

/** Text. */
export const figtree = localFont({
  src: '../../node_modules/@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
  weight: '300 900',
  style: 'normal',
  display: 'swap',
  variable: '--font-figtree',
  adjustFontFallback: 'Arial',
});

/** Ids, keys and code. */
export const jetbrainsMono = localFont({
  src: '../../node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
  weight: '100 800',
  style: 'normal',
  display: 'swap',
  preload: false,
  variable: '--font-jetbrains-mono',
  adjustFontFallback: false,
  fallback: ['ui-monospace', 'monospace'],
});
