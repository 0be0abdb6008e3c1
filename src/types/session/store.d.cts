/** `coatcheck/session/store` as `require` answers it: the class itself. */
import session = require('../index.cjs')
export = session.Store
