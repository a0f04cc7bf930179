import { ButtonLink } from './button.tsx';
import { MessagePage } from './message-page.tsx';

/** Replaces a page that needs the database while the database is unavailable. `what` names it: `your herbarium`. */
export function Unavailable({ what }: { what: string }) {
  return (
    <MessagePage
      title="Not available right now"
      sentence={`We can't open ${what} at the moment. Nothing in it is lost. Please try again in a few moments.`}
    >
      <ButtonLink main href="/identify">
        Identify a plant
      </ButtonLink>
    </MessagePage>
  );
}
