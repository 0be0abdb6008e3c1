/** `coatcheck/session/memory` as `require` answers it: the class itself. */
import session = require('../index.cjs')
export = session.MemoryStore
