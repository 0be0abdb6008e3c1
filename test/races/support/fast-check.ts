/** fast-check under one name, for its types and its values. */
export * as fc from 'fast-check'
