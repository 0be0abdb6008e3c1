/** `coatcheck/session/cookie` as `import` answers it. */
import { Cookie } from '../index.cjs'
export { Cookie, Cookie as default }
