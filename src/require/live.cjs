/**
 * `coatcheck/live` for `require`.
 */
module.exports = require('../live/index.js')
