/**
 * `coatcheck/session/memory` for `require`: the class itself. See ../index.cjs.
 */
const loaded = require('../../session/memory.js')
module.exports = typeof loaded === 'function' ? loaded : loaded.default
