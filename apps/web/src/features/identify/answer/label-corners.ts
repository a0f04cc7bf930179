/** The photo's corners that no label covers. */
export const LABEL_CORNERS = ['topLeft', 'topRight', 'bottomLeft'] as const;
