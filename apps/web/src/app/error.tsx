'use client';

import { Button } from '@/ui/button.tsx';
import { MessagePage } from '@/ui/message-page.tsx';

/** Replaces a page that failed to render. Only the log has the error. */
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
