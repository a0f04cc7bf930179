import styles from './photo-corners.module.css';

const ALL = ['topLeft', 'topRight', 'bottomLeft', 'bottomRight'] as const;
export type Corner = (typeof ALL)[number];

/** Draws the paper corners that hold a photo on its sheet. `corners` leaves out those that a label covers. */
export function PhotoCorners({ corners = ALL }: { corners?: readonly Corner[] }) {
  return corners.map((corner) => (
    <svg
      key={corner}
      data-corner={corner}
      className={`${styles['corner']} ${styles[corner]}`}
      viewBox="0 0 30 30"
      aria-hidden="true"
    >
      <path className={styles['paper']} d="M.5 .5H29L.5 29Z" />
      <path className={styles['fold']} d="M22 3.5L3.5 22" />
    </svg>
  ));
}
