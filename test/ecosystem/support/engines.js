/**
 * The project's own engines, for CommonJS: `const { startRedis } = await engines`.
 */
'use strict'

exports.engines = import('../../../scripts/lib/engines.mjs')
