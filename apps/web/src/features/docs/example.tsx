import { type ApiExample, LANGUAGES } from './api-examples.ts';
import styles from './example.module.css';

/** Class of the part of a page whose examples follow the choice of a language in it. */
export const followsLanguage = styles['page'];

/** Chooses the language of all examples of the page, by style sheet alone. */
export function LanguageChoice() {
  return (
    <fieldset className={styles['choice']}>
      <legend>Examples in</legend>
      {LANGUAGES.map(({ language, name }, index) => (
        <label key={language}>
          <input type="radio" name="language" value={language} defaultChecked={index === 0} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** A call in each language, and its answer. */
export function Example({ of: { answer, code }, name: call }: { of: ApiExample; name: string }) {
  return (
    <div className={styles['example']}>
      {LANGUAGES.map(({ language, name }) => (
        <div key={language} data-language={language}>
          <Code name={`${call} in ${name}`} text={code[language]} />
        </div>
      ))}
      <p>Answer</p>
      <Code name={`${call}: the answer`} text={answer} />
    </div>
  );
}

/** Code that scrolls by itself, by keyboard, too, where it is wider than the page. */
export function Code({ name, text }: { name: string; text: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keyboard
    <section className={styles['code']} aria-label={name} tabIndex={0}>
      <pre>{text}</pre>
    </section>
  );
}
