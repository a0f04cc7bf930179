import type { Metadata } from 'next';
import { ButtonLink } from '@/ui/button.tsx';
import { MessagePage } from '@/ui/message-page.tsx';

export const metadata: Metadata = { title: 'Nothing here' };

export default function NotFound() {
  return (
    <MessagePage title="There is no sheet here" sentence="The address may have a slip in it, or what was here is gone.">
      <ButtonLink main href="/identify">
        Identify a plant
      </ButtonLink>
    </MessagePage>
  );
}
