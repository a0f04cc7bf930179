import { describe, expect, it } from 'vitest';
import { apiExamples } from './api-examples.ts';

const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;

const document = [
  '### Sign out\n',
  fence('sh', 'curl http://localhost:3000/api'),
  fence('text', '204'),
  fence('js', "fetch('http://localhost:3000/api');"),
  fence('dart', "http.get('http://localhost:3000/api');"),
  '### Only in curl\n',
  fence('sh', 'curl http://localhost:3000/api'),
].join('\n');

describe('examples of docs/api.md', () => {
  const example = apiExamples(document, 'https://plants.example');

  it('are found by their heading, and call the given server', () => {
    expect(example('Sign out')).toEqual({
      code: {
        sh: 'curl https://plants.example/api',
        js: "fetch('https://plants.example/api');",
        dart: "http.get('https://plants.example/api');",
      },
      answer: '204',
    });
  });

  it.each(['Only in curl', 'Sign in'])('are refused when a language or the answer is missing: %s', (heading) => {
    expect(() => example(heading)).toThrow(`no example "${heading}"`);
  });
});
