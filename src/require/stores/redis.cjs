/**
 * `coatcheck/stores/redis` for `require`.
 */
module.exports = require('../../stores/redis/index.js')
