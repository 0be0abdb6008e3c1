/**
 * `coatcheck/session/session`: the class at the path where apps of express-session require it.
 */
import { Session } from '../express/session.js'

export { Session as default, Session, Session as 'module.exports' }
