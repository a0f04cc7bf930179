import 'react';

declare module 'react' {
  /** Custom properties carry a component's numbers (how full a ruler is) into its style sheet. */
  interface CSSProperties {
    [property: `--${string}`]: string | number | undefined;
  }
}
