/** One value of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of one scrape. */
export interface ExposedMetrics {
  readonly samples: readonly Sample[];
  /** Returns the value of the sample with exactly these labels; undefined when there is none. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number | undefined;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED = /\\(.)/g;

/** Parses the text format of Prometheus, for tests that read what a scrape shows. */
export function readMetrics(text: string): ExposedMetrics {
  const samples = text.split('\n').flatMap((line): Sample[] => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = Array.from(labels.matchAll(LABEL), ([, label = '', content = '']): [string, string] => [
      label,
      unescaped(content),
    ]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
  const values = new Map(samples.map(({ labels, name, value }) => [keyOf(name, labels), value]));
  return { samples, value: (name, labels = {}) => values.get(keyOf(name, labels)) };
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))]);
}

function unescaped(content: string): string {
  return content.replaceAll(ESCAPED, (_all, character: string) => (character === 'n' ? '\n' : character));
}
