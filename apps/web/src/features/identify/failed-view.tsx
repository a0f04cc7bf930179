import type { PickFiles } from '@/features/identify/photo/photo-arrivals.ts';
import { DeskGrid } from '@/ui/photo-layout.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';
import { Mishap } from './error-panel.tsx';
import type { Trouble } from './identify-error.ts';
import type { DeskViewer } from './identify-view.tsx';
import { ServerRefusal } from './photo-rejected.tsx';
import { Resting } from './providers-unavailable.tsx';
import { Limited } from './rate-limited.tsx';
import { SignInFirst } from './sign-in-required.tsx';

interface HeldDeskProps {
  trouble: Trouble;
  photo: File;
  preview: string | undefined;
  viewer: DeskViewer;
  onFiles: PickFiles;
  onAgain: () => void;
}

/** There is no answer; the photo stays where it is, and there is a way on. */
export function HeldDesk({ trouble, photo, preview, viewer, onFiles, onAgain }: HeldDeskProps) {
  return (
    <DeskGrid panel="beside" photo={<PhotoSheet src={preview} alt="Your photo" />}>
      <Reason trouble={trouble} photo={photo} viewer={viewer} onFiles={onFiles} onAgain={onAgain} />
    </DeskGrid>
  );
}

function Reason({ trouble, photo, viewer, onFiles, onAgain }: Omit<HeldDeskProps, 'preview'>) {
  switch (trouble.kind) {
    case 'sign_in':
      return <SignInFirst />;
    case 'limited':
      return <Limited until={trouble.until} onAgain={onAgain} />;
    case 'resting':
      return <Resting trouble={trouble} signedIn={viewer.signedIn} onAgain={onAgain} />;
    case 'refused':
      return <ServerRefusal name={photo.name} reason={trouble.reason} onFiles={onFiles} />;
    case 'slow':
    case 'lost':
    case 'broken':
      return <Mishap trouble={trouble} onAgain={onAgain} />;
  }
}
