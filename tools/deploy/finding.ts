/** What a check of a deployment came upon. An error must not go live; a warning somebody has to have thought about. */
export interface Finding {
  level: 'error' | 'warning';
  /** The setting or service it is about. */
  about: string;
  /** The sentence that begins with it: what is wrong, and what would be right. Never a value that may be secret. */
  text: string;
}

export const error = (about: string, text: string): Finding => ({ level: 'error', about, text });
export const warning = (about: string, text: string): Finding => ({ level: 'warning', about, text });
