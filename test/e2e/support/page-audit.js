/**
 * Runs inside the page: what a visitor who cannot see it well, or at all, would trip over. The last line answers a list of complaints.
 */

function audit() {
  return [...structure(), ...references(), ...names(), ...width(), ...contrasts()]
}

function structure() {
  const complaints = []
  const titles = document.querySelectorAll('h1').length
  if (titles !== 1) complaints.push(`${titles} h1`)
  for (const landmark of ['header', 'main', 'footer', 'nav[aria-label]']) {
    if (document.querySelector(landmark) === null) complaints.push(`no ${landmark}`)
  }
  let level = 1
  for (const heading of document.querySelectorAll('main :is(h1, h2, h3, h4, h5, h6)')) {
    const next = Number(heading.tagName[1])
    // Before the h1 there may be the summary of errors.
    if (next > level + 1) complaints.push(`${describe(heading)} ${heading.textContent.trim()} comes after h${level}`)
    level = next
  }
  return complaints
}

function references() {
  const complaints = []
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) complaints.push(`#${id} twice`)
  for (const name of ['for', 'aria-describedby', 'aria-labelledby']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(' ')) {
        if (document.getElementById(id) === null) complaints.push(`${describe(element)} ${name} names nothing: ${id}`)
      }
    }
  }
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    if (document.getElementById(link.hash.slice(1)) === null) complaints.push(`${link.hash} leads nowhere`)
  }
  return complaints
}

function names() {
  const complaints = []
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    const label = [...field.labels].map(({ textContent }) => textContent.trim()).join('')
    if (label === '' && !field.hasAttribute('aria-label')) complaints.push(`${describe(field)} has no label`)
  }
  for (const element of document.querySelectorAll('a[href], button')) {
    const name = (element.getAttribute('aria-label') ?? element.textContent).trim()
    if (name === '' && element.getAttribute('aria-hidden') !== 'true')
      complaints.push(`${describe(element)} has no name`)
  }
  for (const svg of document.querySelectorAll('svg')) {
    const isNamed = svg.getAttribute('role') === 'img' && svg.hasAttribute('aria-label')
    const isHidden = svg.closest('[aria-hidden=true]') !== null
    if (!isHidden && !isNamed) complaints.push('an svg is neither hidden nor named')
  }
  return complaints
}

function width() {
  const { scrollWidth, clientWidth } = document.documentElement
  return scrollWidth > clientWidth ? [`${scrollWidth - clientWidth}px too wide`] : []
}

/** Text that stands out too little from what is behind it (WCAG 2.2, 1.4.3). */
function contrasts() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  canvas.canvas.width = 1
  canvas.canvas.height = 1
  // Colours as the screen has them, whatever notation they were computed to.
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const groundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const ground = rgba(getComputedStyle(at).backgroundColor)
      if (ground[3] === 255) return ground
    }
    return [255, 255, 255, 255]
  }
  const poor = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const box = element.getBoundingClientRect()
    // What is one pixel large is there for screen readers alone.
    if (walker.currentNode.data.trim() === '' || box.width <= 1 || box.height <= 1) continue
    const style = getComputedStyle(element)
    const ratio = contrast(rgba(style.color), groundOf(element))
    const size = parseFloat(style.fontSize)
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (isLarge ? 3 : 4.5)) poor.add(`${describe(element)} ${ratio.toFixed(2)}:1 ${style.color}`)
  }
  return poor
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function describe({ tagName, id, classList }) {
  return `<${[tagName.toLowerCase() + (id && `#${id}`), ...classList].join('.')}>`
}

audit()
