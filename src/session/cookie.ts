/**
 * `coatcheck/session/cookie`: the class at the path where apps of express-session require it.
 */
import { Cookie } from '../express/cookie.js'

export { Cookie as default, Cookie, Cookie as 'module.exports' }
