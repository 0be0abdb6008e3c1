import 'express-session'
import type { Level } from './levels.js'

declare module 'express-session' {
  interface Session {
    fromSession: boolean
    levels: LevelState[]
  }
  interface LevelState {
    level: Level
    history: string[]
  }
  // A name of the app's own that the package has, too.
  interface SessionStore {
    ids(): string[]
  }
}
