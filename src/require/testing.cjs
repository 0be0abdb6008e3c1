/**
 * `coatcheck/testing` for `require`.
 */
module.exports = require('../testing/index.js')
