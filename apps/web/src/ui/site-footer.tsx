import styles from './site-footer.module.css';

export function SiteFooter() {
  return (
    <footer className={styles['footer']}>
      <p className={styles['inner']}>Names from Plant.id and Pl@ntNet. Taxonomy: GBIF.</p>
    </footer>
  );
}
