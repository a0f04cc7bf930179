/** A document that the build takes in as text. */
declare module '*.md' {
  const text: string;
  export default text;
}
