// Stands in for react-devtools-core in the bundle: Ink asks for it only in development.
export const connectToDevTools = (): void => undefined;
export const initialize = (): void => undefined;
