/** `coatcheck/session/session` as `import` answers it. */
import { Session } from '../index.cjs'
export { Session, Session as default }
