import styles from './caution.module.css';

/** Never folded away. */
export function Caution() {
  return (
    <p className={styles['caution']}>
      This is what a service reads from a photo, not a plant doctor’s advice.{' '}
      <b>Never eat a plant because of this page.</b>
    </p>
  );
}
