/**
 * `coatcheck/session/store` for `require`: the class itself. See ../index.cjs.
 */
const loaded = require('../../session/store.js')
module.exports = typeof loaded === 'function' ? loaded : loaded.default
