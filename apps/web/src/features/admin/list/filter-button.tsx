'use client';

import { useFormStatus } from 'react-dom';
import { Button } from '@/ui/button.tsx';

/** Sends a filter; busy until the filtered page is there. */
export function FilterButton() {
  const { pending } = useFormStatus();
  return (
    <Button type="submit" busy={pending}>
      {pending ? 'Filtering' : 'Filter'}
    </Button>
  );
}
