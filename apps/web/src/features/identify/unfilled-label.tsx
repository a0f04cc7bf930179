import { LocalTime } from '@/ui/local-time.tsx';
import { Slip } from '@/ui/slip.tsx';
import styles from './unfilled-label.module.css';

/** The label before there is anything to name. */
export function UnfilledLabel() {
  return (
    <Slip className={styles['label']}>
      <p className={styles['title']}>Unnamed, for now</p>
      <dl className={styles['lines']}>
        <div>
          <dt>Name</dt>
          <dd />
        </div>
        <div>
          <dt>Family</dt>
          <dd />
        </div>
        <div className={styles['finder']}>
          <dt>Found by</dt>
          <dd>you</dd>
        </div>
        <div>
          <dt>Date</dt>
          <dd>
            <LocalTime />
          </dd>
        </div>
      </dl>
    </Slip>
  );
}
