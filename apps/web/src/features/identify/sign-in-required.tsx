import { ButtonLink } from '@/ui/button.tsx';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import styles from './failed-view.module.css';

/** Shown for the moment until the sign-in page is there. */
export function SignInFirst() {
  return (
    <>
      <div className={styles['head']}>
        <h1>Sign in to learn its name</h1>
        <p>Your photo is kept on this device and comes along.</p>
      </div>
      <StickyBar>
        <ButtonLink main wide href="/login?next=/identify">
          Sign in
        </ButtonLink>
      </StickyBar>
    </>
  );
}
