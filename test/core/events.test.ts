import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'

import { describe, expect, it, onTestFinished } from 'vitest'

import { channelName, isEventName, SessionEventHub, type SessionEventName } from '../../src/core/events.js'

const event = { handle: 'a handle' }

const names: readonly SessionEventName[] = [
  'created',
  'loaded',
  'saved',
  'touched',
  'untouched',
  'blocked',
  'regenerated',
  'destroyed',
  'expired',
  'conflict',
  'rejected',
  'storeError',
  'request',
]

describe('listeners', () => {
  it('hear each event once, in the order they came', () => {
    const hub = new SessionEventHub()
    const heard: string[] = []
    hub.on('saved', () => heard.push('one'))
    hub.on('saved', () => heard.push('two'))
    hub.emit('saved', event)
    expect(heard).toEqual(['one', 'two'])
  })

  it('hear nothing of other events or other hubs', () => {
    const hub = new SessionEventHub()
    const heard: unknown[] = []
    hub.on('saved', (told) => heard.push(told))
    hub.emit('touched', event)
    new SessionEventHub().emit('saved', event)
    expect(heard).toEqual([])
  })

  it('hear nothing more once they are taken off', () => {
    const hub = new SessionEventHub()
    const heard: unknown[] = []
    const listener = (told: unknown): void => {
      heard.push(told)
    }
    hub.on('saved', listener)
    hub.on('saved', listener)
    hub.emit('saved', event)
    hub.off('saved', listener)
    hub.off('saved', listener)
    hub.emit('saved', event)
    expect(heard).toEqual([event])
    expect(hub.wants('saved')).toBe(false)
  })

  it('may come and go while an event is being told', () => {
    const hub = new SessionEventHub()
    const heard: string[] = []
    const second = (): void => {
      heard.push('second')
    }
    hub.on('saved', () => {
      heard.push('first')
      hub.off('saved', second)
      hub.on('saved', () => heard.push('late'))
    })
    hub.on('saved', second)
    hub.emit('saved', event)
    expect(heard).toEqual(['first', 'second'])
  })

  it('that throw are seen by the process, and stop neither the event nor the request', async () => {
    const hub = new SessionEventHub()
    const heard: unknown[] = []
    hub.on('saved', () => {
      throw new Error('a bug in a listener')
    })
    hub.on('saved', () => heard.push('still told'))
    const uncaught = nextUncaught()
    hub.emit('saved', event)
    expect(heard).toEqual(['still told'])
    expect(await uncaught).toEqual(new Error('a bug in a listener'))
  })
})

describe('diagnostics channels', () => {
  it.each(names)('carry %s', (name) => {
    const hub = new SessionEventHub()
    const heard: unknown[] = []
    const listener = (message: unknown, from: string | symbol): void => {
      heard.push([message, from])
    }
    expect(hub.wants(name)).toBe(false)
    subscribe(`coatcheck:${name}`, listener)
    onTestFinished(() => {
      unsubscribe(`coatcheck:${name}`, listener)
    })
    expect(hub.wants(name)).toBe(true)
    hub.emit<SessionEventName>(name, event)
    expect(heard).toEqual([[event, `coatcheck:${name}`]])
    expect(channel(channelName(name)).hasSubscribers).toBe(true)
  })
})

describe('event names', () => {
  it('are these and no member of any object', () => {
    for (const name of names) expect(isEventName(name)).toBe(true)
    for (const other of ['', 'error', 'Saved', '__proto__', 'constructor', undefined, null, 5]) {
      expect(isEventName(other)).toBe(false)
    }
  })
})

/** The next uncaught exception, which is not one then. */
function nextUncaught(): Promise<unknown> {
  const before = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of before) process.on('uncaughtException', listener)
      resolve(error)
    })
  })
}
