/**
 * `coatcheck/stores/postgres` for `require`.
 */
module.exports = require('../../stores/postgres/index.js')
