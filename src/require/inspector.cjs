/**
 * `coatcheck/inspector` for `require`.
 */
module.exports = require('../inspector/index.js')
