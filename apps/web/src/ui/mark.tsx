import styles from './mark.module.css';

/** Logo of the product, a small sprig. Decoration beside its name. */
export function Mark() {
  return (
    <svg className={styles['mark']} viewBox="0 0 26 26" aria-hidden="true">
      <path d="M13 24.5V8" />
      <path d="M13 9c0-4 1.2-6 0-8-3 2-3.8 5 0 8z" />
      <path d="M13 15.5C9.5 15.5 6 14 5 9.5c4.5 0 7.5 2 8 6zM13 20.5c3.5 0 7-1.5 8-6-4.5 0-7.5 2-8 6z" />
    </svg>
  );
}
