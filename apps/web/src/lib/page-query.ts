/** The query of a page, as Next reads it. */
export type PageQuery = Readonly<Record<string, string | string[] | undefined>>;
