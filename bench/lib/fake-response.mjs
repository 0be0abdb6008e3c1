/**
 * As much of a ServerResponse as a session layer touches, with no connection behind it, so that only the layer's own work is measured.
 */
export class FakeResponse {
  statusCode = 200
  headersSent = false
  writableFinished = false
  #headers = new Map()

  getHeader(name) {
    return this.#headers.get(name.toLowerCase())
  }

  setHeader(name, value) {
    this.#headers.set(name.toLowerCase(), value)
    return this
  }

  writeHead() {
    this.headersSent = true
    return this
  }

  end() {
    if (!this.headersSent) this.writeHead(this.statusCode)
    this.writableFinished = true
    return this
  }
}
