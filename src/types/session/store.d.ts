/** `coatcheck/session/store` as `import` answers it. */
import { Store } from '../index.cjs'
export { Store, Store as default }
