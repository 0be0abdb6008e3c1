/**
 * `coatcheck/session/session` for `require`: the class itself. See ../index.cjs.
 */
const loaded = require('../../session/session.js')
module.exports = typeof loaded === 'function' ? loaded : loaded.default
