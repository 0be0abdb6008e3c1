import 'express-session'

declare module 'express-session' {
  interface SessionData {
    fromDeclarationFile: { id: number; name: string }
  }
}
