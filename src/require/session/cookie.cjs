/**
 * `coatcheck/session/cookie` for `require`: the class itself. See ../index.cjs.
 */
const loaded = require('../../session/cookie.js')
module.exports = typeof loaded === 'function' ? loaded : loaded.default
