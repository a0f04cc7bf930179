/** A language with its extended subtags, or one of 4 to 8 letters; then script, region, variants, extensions, private use. */
const LANGUAGE_TAG =
  /^(?<primary>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?$/i;
const PRIVATE_USE = /^x(?:-[a-z\d]{1,8})+$/i;
/** Registered before the grammar, and of no other shape in it. */
const IRREGULAR: ReadonlySet<string> = new Set(
  (
    'en-gb-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn i-tao i-tay i-tsu ' +
    'sgn-be-fr sgn-be-nl sgn-ch-de'
  ).split(' '),
);

/** Whether a text is a language tag by its grammar (RFC 5646, 2.1), known or not. */
export function isLanguageTag(text: string): boolean {
  return LANGUAGE_TAG.test(text) || PRIVATE_USE.test(text) || IRREGULAR.has(text.toLowerCase());
}

/** The language itself, in lower case: `pt` of `pt-BR`. Undefined of a tag that begins with none, such as `x-ours`. */
export function primarySubtag(tag: string): string | undefined {
  const [first = ''] = tag.toLowerCase().split('-');
  return first.length > 1 ? first : undefined;
}
