/**
 * The same types for ECMAScript importers. It has to be the very namespace of `index.d.cts`: an app's `declare module` reaches an
 * interface through `export =` and is lost on a re-exported name.
 */
import session = require('./index.cjs')
// TypeScript allows this form in CommonJS declarations only, and resolves it in these as well.
// @ts-ignore
export = session
