/** `coatcheck/inspector` for CommonJS importers. */
// Before TypeScript 5.8 a CommonJS declaration may not name an ES module, though its types are found all the same.
// @ts-ignore
export * from '../inspector/index.js'
