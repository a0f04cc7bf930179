/** Browsers in the order in which they are looked for: most of them name others, too. */
const BROWSERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg(?:A|iOS)?\/(\d{1,4}(?:\.\d{1,4})?)/],
  ['Opera', /\bOPR\/(\d{1,4}(?:\.\d{1,4})?)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d{1,4}(?:\.\d{1,4})?)/],
  ['Chrome', /\b(?:Chrome|CriOS)\/(\d{1,4}(?:\.\d{1,4})?)/],
  ['Safari', /\bVersion\/(\d{1,4}(?:\.\d{1,4})?).*\bSafari\//],
];
/** `product/major.minor` at the start, as apps and libraries write it. */
const PRODUCT = /^([A-Za-z][A-Za-z._-]{0,31})\/(\d{1,4}\.\d{1,4}(?=[.\s;(+-]|$)|\d{1,4}(?=[\s;(+-]|$))/;

/**
 * Returns product and version of a client, `major.minor`, by its User-Agent: `okhttp/4.12`, `Firefox/128.0`. `unknown`
 * without the header; `other` for a header of another form, which might name a person or a device.
 */
export function clientNameOf(userAgent: string | undefined): string {
  if (userAgent === undefined || userAgent.trim() === '') return 'unknown';
  const text = userAgent.trim().slice(0, 400);
  if (text.startsWith('Mozilla/')) {
    for (const [name, pattern] of BROWSERS) {
      const version = pattern.exec(text)?.[1];
      if (version !== undefined) return `${name}/${version}`;
    }
    return 'other';
  }
  const [, product, version] = PRODUCT.exec(text) ?? [];
  return product === undefined || version === undefined ? 'other' : `${product}/${version}`;
}
