/**
 * What the pages do beyond being read: live numbers, light and dark, choosing all rows. Without it they work all the same.
 */
;(() => {
  const themeKey = 'coatcheck-inspector-theme'

  /** The choice outlives the page where the browser lets it. */
  function remembered() {
    try {
      return localStorage.getItem(themeKey)
    } catch {
      return null
    }
  }

  function remember(theme) {
    try {
      localStorage.setItem(themeKey, theme)
    } catch {
      // Then it holds for this page.
    }
  }

  // Before anything is painted.
  const root = document.documentElement
  const chosen = remembered()
  if (chosen === 'light' || chosen === 'dark') root.dataset.theme = chosen

  /** Times of day as they are where the operator is. */
  function localise(within) {
    for (const time of within.querySelectorAll('time')) {
      const moment = new Date(time.dateTime)
      time.title = moment.toLocaleString()
      if (/^\d\d:\d\d:\d\d/.test(time.textContent))
        time.textContent = moment.toLocaleTimeString(undefined, { hourCycle: 'h23' })
    }
  }

  function button(text) {
    const made = document.createElement('button')
    made.type = 'button'
    made.textContent = text
    return made
  }

  function offerThemes(tools) {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const current = () => root.dataset.theme ?? (dark.matches ? 'dark' : 'light')
    const other = () => (current() === 'dark' ? 'light' : 'dark')
    const change = button('')
    const label = () => {
      change.textContent = other() === 'dark' ? 'Dark' : 'Light'
    }
    label()
    dark.addEventListener('change', label)
    change.addEventListener('click', () => {
      root.dataset.theme = other()
      remember(root.dataset.theme)
      label()
    })
    tools.append(change)
  }

  /** Numbers that change by themselves can be stopped, and stop by themselves while nobody sees them. */
  function watch(tools, state) {
    const parts = new Map([...document.querySelectorAll('[data-live]')].map((part) => [part.dataset.live, part]))
    const pause = button('Pause')
    let source
    let paused = false

    const tell = (kind, text) => {
      state.dataset.state = kind
      // A screen reader says this aloud, so only where it is news.
      if (state.textContent !== text) state.textContent = text
    }
    const show = (changes) => {
      for (const [name, html] of Object.entries(changes)) {
        const part = parts.get(name)
        // Nobody's place is taken away while they are in it.
        if (part === undefined || part.contains(document.activeElement)) continue
        part.innerHTML = html
        localise(part)
      }
    }
    const stop = () => {
      source?.close()
      source = undefined
    }
    const start = () => {
      if (source !== undefined || paused || document.hidden) return
      source = new EventSource(`${document.querySelector('.brand a').pathname}live`)
      source.addEventListener('open', () => tell('live', 'Live'))
      source.addEventListener('message', ({ data }) => show(JSON.parse(data)))
      source.addEventListener('error', () => {
        // The server ends each stream after a while, and the browser comes back. A second without one is no news.
        if (source?.readyState === EventSource.CLOSED)
          tell('off', 'Not live: the server has closed the stream. Load the page again.')
      })
    }
    pause.addEventListener('click', () => {
      paused = !paused
      pause.textContent = paused ? 'Go on' : 'Pause'
      if (paused) {
        stop()
        tell('paused', 'Paused')
      } else start()
    })
    document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()))
    window.addEventListener('pagehide', stop)
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) start()
    })
    tools.prepend(pause)
    start()
  }

  function offerChoices(form) {
    const boxes = [...form.querySelectorAll('tbody [type=checkbox]')]
    const head = form.querySelector('[data-choose-all]')
    const told = form.querySelector('[data-chosen]')
    const submit = form.querySelector('button')
    const all = document.createElement('input')
    all.type = 'checkbox'
    all.setAttribute('aria-label', 'Choose all on this page')
    const update = () => {
      const count = boxes.filter(({ checked }) => checked).length
      all.checked = count === boxes.length
      all.indeterminate = count > 0 && count < boxes.length
      told.textContent = count === 0 ? '' : `${count} chosen`
      submit.disabled = count === 0
    }
    all.addEventListener('change', () => {
      for (const box of boxes) box.checked = all.checked
      update()
    })
    form.addEventListener('change', update)
    head.replaceChildren(all)
    update()
  }

  document.addEventListener('DOMContentLoaded', () => {
    localise(document)
    const tools = document.querySelector('[data-tools]')
    if (tools !== null) offerThemes(tools)
    const state = document.querySelector('[data-state]')
    if (tools !== null && state !== null) watch(tools, state)
    const form = document.querySelector('[data-choosing]')
    if (form !== null) offerChoices(form)
  })
})()
