/**
 * Both doors over each kind of store, for what must hold behind all of them.
 */
import { coatcheck, session, type CoatcheckOptions, type Sessions } from '../../../src/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { TestStore } from '../../http/support/test-store.js'

export const secret = 'a secret of at least thirty-two bytes'
export const plain = { secret, resave: false, saveUninitialized: false }

/** Options that both doors know. */
export type DoorOptions = Partial<
  Pick<
    CoatcheckOptions,
    'secret' | 'genid' | 'cookie' | 'name' | 'clock' | 'unset' | 'onStoreError' | 'maxDataBytes' | 'store'
  >
>

export type Door = [name: string, open: (options?: DoorOptions) => Sessions]

export const doors: readonly Door[] = [
  ['coatcheck() over records', (options) => coatcheck({ secret, store: memoryStore(), ...options })],
  ['coatcheck() over a callback store', (options) => coatcheck({ secret, store: new TestStore('later'), ...options })],
  ['session() over records', (options) => session({ ...plain, store: memoryStore(), ...options })],
  ['session() over a callback store', (options) => session({ ...plain, store: new TestStore('later'), ...options })],
]
