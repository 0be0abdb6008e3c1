/**
 * `coatcheck` for `require`: the function `session`, with everything else as its properties.
 *
 * Node alone would need no such file: its `require` answers what the module exports as 'module.exports'. Bundlers and transpilers answer the
 * module's namespace, on which the function is `default`.
 */
const loaded = require('../index.js')

const session = typeof loaded === 'function' ? loaded : loaded.default
// Importers compiled without esModuleInterop look for the default export on what they get.
session.default = session

module.exports = session
