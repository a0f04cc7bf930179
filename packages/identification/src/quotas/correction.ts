/**
 * How a provider's word and the calls that are out go together.
 *
 * The provider says `said` are used. Calls that were out when it was asked, and those that left since, may be in it or
 * not; those that were over when it was asked are, if it counted them at all. So at most
 *
 *     most = said + out when asked + (used now - used when asked)
 *
 * can be used once every call has ended, and never under `said`; `most = used now + shift`. Our count
 *
 * - above `most` is lowered to it: calls that we thought counted were not. That much, and no more, the provider confirms.
 * - below `said` is raised to `most` at once: somebody else spends too, or Redis has lost some.
 * - in between agrees with the word, and stays: with calls out, nobody can know better.
 *
 * So a word never lets calls through that the provider would refuse, and never refuses one while we alone spend and have
 * counted right. It is dropped when another word was taken over since it was asked, whose correction `used now - used
 * when asked` would hold too.
 *
 * @returns the shift
 */
export function reconciliationShift(said: number, whenAsked: { used: number; out: number }): number {
  return said + whenAsked.out - whenAsked.used;
}
