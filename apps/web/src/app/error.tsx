'use client';

import { Button } from '@/ui/button.tsx';
import { MessagePage } from '@/ui/message-page.tsx';

/** A page could not be made. The error itself stays in the log. */
export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <MessagePage
      title="This page could not be made"
      sentence="Something broke on our side. It may be over in a moment."
    >
      <Button main onClick={reset}>
        Try again
      </Button>
    </MessagePage>
  );
}
