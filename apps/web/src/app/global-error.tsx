'use client';

import { Button } from '@/ui/button.tsx';
import { MessagePage } from '@/ui/message-page.tsx';
import '@/styles/tokens.css';
import '@/styles/base.css';

/** Replaces the page when even the root layout fails, mostly because the database is unavailable. */
export default function FrameError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Not right now · Plant ID Community</title>
        <MessagePage
          title="We cannot show anything right now"
          sentence="Something broke on our side. It may be over in a moment."
        >
          <Button main onClick={reset}>
            Try again
          </Button>
        </MessagePage>
      </body>
    </html>
  );
}
