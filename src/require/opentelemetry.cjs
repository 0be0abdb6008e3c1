/**
 * `coatcheck/opentelemetry` for `require`.
 */
module.exports = require('../opentelemetry/index.js')
