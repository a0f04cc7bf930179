import { Camera, Image as Picture } from 'lucide-react';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import type { PickFiles } from './photo-arrivals.ts';
import { PickPhoto } from './pick-photo.tsx';

/** On a phone, within reach of the thumb: the camera first, the gallery apart. */
export function PhotoBar({ onFiles }: { onFiles: PickFiles }) {
  return (
    <StickyBar phoneOnly>
      <PickPhoto main wide camera onFiles={onFiles}>
        <Camera size={20} strokeWidth={1.7} aria-hidden="true" />
        Take a photo
      </PickPhoto>
      <PickPhoto wide onFiles={onFiles}>
        <Picture size={19} strokeWidth={1.7} aria-hidden="true" />
        Choose from your photos
      </PickPhoto>
    </StickyBar>
  );
}
