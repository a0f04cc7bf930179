/** Languages of examples, in their order, with the name that the pages show. */
export const LANGUAGES = [
  { language: 'sh', name: 'curl' },
  { language: 'js', name: 'JavaScript' },
  { language: 'dart', name: 'Dart' },
] as const;

type Language = (typeof LANGUAGES)[number]['language'];

/** One call in every language, with its answer. */
export interface ApiExample {
  code: Readonly<Record<Language, string>>;
  answer: string;
}

/** The address of the server in the document. */
const SERVER = 'http://localhost:3000';

const HEADING_OR_BLOCK = /^#+ (?<heading>.+)$|^```(?<language>\w+)\n(?<text>[^]*?)\n```$/gm;

/**
 * Returns the examples of docs/api.md by the heading above them, with `origin` as their server. Each has one block a
 * language and one with the answer, which is JSON or text.
 */
export function apiExamples(markdown: string, origin: string): (heading: string) => ApiExample {
  const blocks = new Map<string, Partial<Record<string, string>>>();
  let heading = '';
  for (const { groups = {} } of markdown.matchAll(HEADING_OR_BLOCK)) {
    const { language = '', text = '' } = groups;
    if (groups['heading'] === undefined) {
      blocks.set(heading, { ...blocks.get(heading), [language]: text.replaceAll(SERVER, origin) });
    } else heading = groups['heading'];
  }
  return (name) => {
    const { dart, js, json, sh, text = json } = blocks.get(name) ?? {};
    if (sh === undefined || js === undefined || dart === undefined || text === undefined) {
      throw new Error(`docs/api.md has no example "${name}" in every language and with its answer`);
    }
    return { code: { sh, js, dart }, answer: text };
  };
}
