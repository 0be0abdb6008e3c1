/**
 * `coatcheck/stores/memory` for `require`.
 */
module.exports = require('../../stores/memory/index.js')
