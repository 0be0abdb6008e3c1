import { describe, expect, it } from 'vitest'

import { SessionError, SessionOptionError } from '../../src/core/errors.js'

describe('errors', () => {
  it('carry a code, a cause and a name', () => {
    const cause = new Error('down')
    const error = new SessionError('ERR_SESSION_STORE_TIMEOUT', 'the store did not answer', { cause })
    expect(error).toMatchObject({ code: 'ERR_SESSION_STORE_TIMEOUT', name: 'SessionError', cause })
    expect(error).toBeInstanceOf(Error)
  })

  it('about options are TypeErrors too, as those of express-session are', () => {
    const error = new SessionOptionError('no such option')
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toMatchObject({ code: 'ERR_SESSION_OPTION', name: 'SessionOptionError' })
  })

  it('of another installed copy are recognised', async () => {
    const query = '?another copy'
    const copy = (await import(/* @vite-ignore */ `../../src/core/errors.js${query}`)) as {
      SessionError: typeof SessionError
    }
    expect(copy.SessionError).not.toBe(SessionError)
    expect(new copy.SessionError('ERR_SESSION_CLOSED', 'closed')).toBeInstanceOf(SessionError)
  })

  it('are not mistaken for others', () => {
    for (const other of [
      new Error('x'),
      new TypeError('x'),
      {},
      null,
      undefined,
      'ERR_SESSION_CLOSED',
      { code: 'ERR_SESSION_CLOSED' },
    ]) {
      expect(other instanceof SessionError).toBe(false)
    }
  })
})
