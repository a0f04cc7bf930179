import { useEffect } from 'react';

const SITE = 'Plant ID Community';

/**
 * Sets the title of the document while the component is mounted. Next sets the title of the page's metadata again when a
 * refresh of the router arrives, some time after a navigation: then it is replaced again.
 * @param pageTitle title in the page's metadata
 */
export function useDocumentTitle(title: string, pageTitle: string): void {
  useEffect(() => {
    const wanted = `${title} · ${SITE}`;
    const ofPage = `${pageTitle} · ${SITE}`;
    const keep = () => {
      if (document.title === ofPage && wanted !== ofPage) document.title = wanted;
    };
    document.title = wanted;
    const observer = new MutationObserver(keep);
    observer.observe(document.head, { childList: true, characterData: true, subtree: true });
    return () => observer.disconnect();
  }, [title, pageTitle]);
}
