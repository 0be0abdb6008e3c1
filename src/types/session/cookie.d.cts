/** `coatcheck/session/cookie` as `require` answers it: the class itself. */
import session = require('../index.cjs')
export = session.Cookie
