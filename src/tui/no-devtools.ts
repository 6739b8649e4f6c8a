// Stands in for react-devtools-core in the bundle: Ink asks for it only in development.
const nothing = { connectToDevTools: (): void => undefined, initialize: (): void => undefined };

// biome-ignore lint/style/noDefaultExport: Ink imports it so
export default nothing;
