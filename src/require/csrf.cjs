/**
 * `coatcheck/csrf` for `require`.
 */
module.exports = require('../csrf/index.js')
