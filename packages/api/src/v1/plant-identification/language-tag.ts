/** Primary language (2 to 8 letters) with extended subtags; then script, region, variants, extensions, private use. */
const LANGUAGE_TAG =
  /^(?<primary>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?$/i;
const PRIVATE_USE = /^x(?:-[a-z\d]{1,8})+$/i;
/** Tags that were registered before RFC 5646 and do not fit its grammar. */
const IRREGULAR: ReadonlySet<string> = new Set(
  (
    'en-gb-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn i-tao i-tay i-tsu ' +
    'sgn-be-fr sgn-be-nl sgn-ch-de'
  ).split(' '),
);

/** Whether a text is a well-formed language tag (RFC 5646, 2.1); the language need not exist. */
export function isLanguageTag(text: string): boolean {
  return LANGUAGE_TAG.test(text) || PRIVATE_USE.test(text) || IRREGULAR.has(text.toLowerCase());
}

/** Returns the language in lower case: `pt` for `pt-BR`. Undefined for a tag without one, such as `x-ours`. */
export function primarySubtag(tag: string): string | undefined {
  const [first = ''] = tag.toLowerCase().split('-');
  return first.length > 1 ? first : undefined;
}
