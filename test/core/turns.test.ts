/**
 * Turns: tasks of one key one after the other.
 */
import { describe, expect, it } from 'vitest'

import { Turns } from '../../src/core/turns.js'
import { fakeClock } from '../../src/testing/index.js'

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: (() => void) | undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open?.() }
}

describe('tasks of one key', () => {
  it('run one after the other, in the order in which they came, and one that fails holds up nobody', async () => {
    const turns = new Turns()
    const first = gate()
    const log: string[] = []
    const one = turns.take('key', async () => {
      await first.opened
      log.push('one')
      throw new Error('broken')
    })
    const two = turns.take('key', async () => {
      log.push('two')
    })
    const three = turns.take('key', () => log.push('three'))
    first.open()
    await expect(one).rejects.toThrow('broken')
    await Promise.all([two, three])
    expect(log).toEqual(['one', 'two', 'three'])
  })

  it('run at once, without a promise, when none is under way', () => {
    expect(new Turns().take('key', () => 7)).toBe(7)
  })

  it('do not wait for those of another key', () => {
    const turns = new Turns()
    void turns.take('one', () => gate().opened)
    expect(turns.take('other', () => 'now')).toBe('now')
  })

  it('go ahead when the one before takes longer than patience allows', async () => {
    const clock = fakeClock()
    const turns = new Turns({ clock, milliseconds: 1_000 })
    void turns.take('key', () => gate().opened)
    const second = turns.take('key', () => 'done')
    clock.advance(1_000)
    expect(await second).toBe('done')
  })
})
