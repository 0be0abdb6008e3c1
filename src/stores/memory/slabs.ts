/**
 * The bytes of all records, in slabs off the JavaScript heap, where the garbage collector has nothing to visit.
 *
 * Records are appended. What updates and deletions leave behind is taken back by copying what still lives in a slab into the
 * newest one and letting the slab go, a slab at a time, whenever more than a quarter of the bytes are left behind.
 */

import { grownInts, NONE } from './columns.js'

/** Addresses count units of four bytes, so that 32 bits reach 16 GiB. */
const unit = 4
const slabUnits = 1 << 16
const slabSize = slabUnits * unit
/** A record of more than this has a slab of its own. */
const largestShared = slabSize / 4
/** Slot (4) and length in units (2; 0 in a slab of its own) stand before each record, so that a slab can be walked. */
const headerSize = 6
/** Empty slabs kept for reuse, so that a steady flow of updates asks for no memory. */
const spareSlabs = 4

export interface Slab {
  readonly buffer: Buffer
  readonly view: DataView
  /** Bytes appended so far. */
  used: number
  /** Bytes of records that are still there. */
  live: number
}

/** What a record of `size` bytes takes, header and alignment included. */
export function allocatedSize(size: number): number {
  return Math.ceil((headerSize + size) / unit) * unit
}

/** The most bytes that addresses reach whatever the sizes of the records: 65,535 slabs, the smallest of them of 64 KiB. */
export const reachableBytes = largestShared * (slabUnits - 1)

export class Slabs {
  readonly #slabs: (Slab | undefined)[] = []
  readonly #unusedIndices: number[] = []
  readonly #spares: Slab[] = []
  #current = NONE
  /** Where the record of each slot is, or `NONE`. */
  #addresses: Int32Array = new Int32Array(0)
  /** Bytes in all slabs but the current one, and those of them that live. */
  #sealedSize = 0
  #sealedLive = 0

  grow(capacity: number): void {
    this.#addresses = grownInts(this.#addresses, capacity)
  }

  /** Bytes in all slabs, those that nothing lives in included. */
  get size(): number {
    return this.#sealedSize + (this.#current === NONE ? 0 : slabSize) + this.#spares.length * slabSize
  }

  has(slot: number): boolean {
    return this.#addresses[slot] !== NONE
  }

  /** The slab that holds the record of `slot`. */
  slabOf(slot: number): Slab {
    return this.#slabs[this.#addresses[slot]! >>> 16]!
  }

  /** Where in its slab the record of `slot` begins. */
  startOf(slot: number): number {
    return (this.#addresses[slot]! & (slabUnits - 1)) * unit + headerSize
  }

  /** Bytes that the record of `slot` takes. */
  sizeOf(slot: number): number {
    return recordSize(this.slabOf(slot), this.startOf(slot) - headerSize)
  }

  /** Makes room for a record of `size` bytes (as `allocatedSize` gives it) under a slot that has none. */
  allocate(slot: number, size: number): void {
    if (size > largestShared) return this.#allocateAlone(slot, size)
    let slab = this.#current === NONE ? undefined : this.#slabs[this.#current]!
    if (slab === undefined || slab.used + size > slabSize) {
      this.#seal()
      slab = this.#spares.pop() ?? newSlab(slabSize)
      this.#current = this.#adopt(slab)
    }
    this.#place(slot, slab, this.#current, size)
  }

  /** Takes the record of `slot` away. */
  release(slot: number): void {
    const address = this.#addresses[slot]!
    const size = this.sizeOf(slot)
    this.#addresses[slot] = NONE
    this.#free(address, size)
  }

  /** Gives the record of `slot` another `size`. What it held is gone; when memory runs out, it is still there. */
  reallocate(slot: number, size: number): void {
    const sizeBefore = this.sizeOf(slot)
    if (size === sizeBefore) return
    const before = this.#addresses[slot]!
    this.allocate(slot, size)
    this.#free(before, sizeBefore)
  }

  #free(address: number, size: number): void {
    const index = address >>> 16
    const slab = this.#slabs[index]!
    slab.live -= size
    if (index === this.#current) {
      if (slab.live === 0) slab.used = 0
      return
    }
    this.#sealedLive -= size
    if (slab.live === 0) this.#drop(index)
    else this.#compact()
  }

  #place(slot: number, slab: Slab, index: number, size: number): void {
    slab.view.setInt32(slab.used, slot, true)
    slab.view.setUint16(slab.used + 4, size > largestShared ? 0 : size / unit, true)
    this.#addresses[slot] = (index << 16) | (slab.used / unit)
    slab.used += size
    slab.live += size
  }

  #allocateAlone(slot: number, size: number): void {
    const slab = newSlab(size)
    this.#place(slot, slab, this.#adopt(slab), size)
    this.#sealedSize += size
    this.#sealedLive += size
  }

  #adopt(slab: Slab): number {
    const index = this.#unusedIndices.pop() ?? this.#slabs.length
    this.#slabs[index] = slab
    return index
  }

  #seal(): void {
    if (this.#current === NONE) return
    const slab = this.#slabs[this.#current]!
    this.#sealedSize += slabSize
    this.#sealedLive += slab.live
    this.#current = NONE
  }

  #drop(index: number): void {
    const slab = this.#slabs[index]!
    this.#slabs[index] = undefined
    this.#unusedIndices.push(index)
    this.#sealedSize -= slab.buffer.length
    if (slab.buffer.length !== slabSize || this.#spares.length >= spareSlabs) return
    slab.used = 0
    slab.live = 0
    this.#spares.push(slab)
  }

  #compact(): void {
    while (this.#sealedSize - this.#sealedLive > Math.max(2 * slabSize, this.#sealedSize / 4)) {
      const index = this.#emptiest()
      const slab = this.#slabs[index]!
      this.#sealedLive -= slab.live
      for (let at = 0; at < slab.used; at += recordSize(slab, at)) {
        const slot = slab.view.getInt32(at, true)
        if (this.#addresses[slot] === ((index << 16) | (at / unit))) this.#moveFrom(slab, at, slot)
      }
      this.#drop(index)
    }
  }

  #moveFrom(slab: Slab, at: number, slot: number): void {
    const size = recordSize(slab, at)
    this.allocate(slot, size)
    const target = this.slabOf(slot)
    slab.buffer.copy(target.buffer, target.used - size + headerSize, at + headerSize, at + size)
  }

  /** The sealed slab with the fewest living bytes. Slabs of one record are all living. */
  #emptiest(): number {
    let emptiest = NONE
    let least = Infinity
    for (const [index, slab] of this.#slabs.entries()) {
      if (slab === undefined || index === this.#current || slab.buffer.length !== slabSize || slab.live >= least)
        continue
      emptiest = index
      least = slab.live
    }
    return emptiest
  }
}

function newSlab(size: number): Slab {
  const buffer = Buffer.allocUnsafeSlow(size)
  return { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, size), used: 0, live: 0 }
}

function recordSize(slab: Slab, at: number): number {
  return slab.view.getUint16(at + 4, true) * unit || slab.buffer.length
}
