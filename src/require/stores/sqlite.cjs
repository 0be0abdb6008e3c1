/**
 * `coatcheck/stores/sqlite` for `require`.
 */
module.exports = require('../../stores/sqlite/index.js')
