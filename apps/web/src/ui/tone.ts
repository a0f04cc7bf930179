/** A meaning that has colours of its own, in `tone.module.css`: fine, half-way, serious, chosen by an operator, none. */
export type Tone = 'leaf' | 'half' | 'open' | 'isolated' | 'quiet';

/** Tone of an action. */
export type ActionTone = Exclude<Tone, 'half' | 'quiet'>;
