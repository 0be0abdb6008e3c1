/**
 * `coatcheck` for `require`: the function `session`, with everything else as its properties.
 *
 * Node alone would need no such file: its `require` answers what the module exports as 'module.exports'. Bundlers and transpilers answer the
 * module's namespace, on which the function is `default`.
 */
const loaded = require('../index.js')
module.exports = typeof loaded === 'function' ? loaded : loaded.default
