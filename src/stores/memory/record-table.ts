/**
 * The records and everything that finds them, kept in step: bytes, columns, the table of keys, the chains of users, the order
 * of eviction. It knows no limits and no time; the store decides what goes.
 */

import type { KeptRecord, SessionRecord } from '../../core/record.js'
import { grownCapacity, NONE } from './columns.js'
import { Deadlines } from './deadlines.js'
import { hashOf } from './hash.js'
import { Identifier } from './identifier.js'
import { Phrasebook } from './phrasebook.js'
import { RecordReader, RecordWriter } from './record-bytes.js'
import { allocatedSize, Slabs } from './slabs.js'
import { ANONYMOUS, FREE, SIGNED_IN, SlotLists } from './slot-lists.js'
import { SlotTable } from './slot-table.js'
import { UserIndex } from './user-index.js'

/** What a record takes beside its bytes: its values in the columns (24), its place in the table (8), room to grow (8). */
const slotCost = 40

/** Below, memory is not what an app lacks, and the time is better spent on requests. */
const packFromBytes = 4 * 1024 * 1024

export class RecordTable {
  /** How many records there are. */
  count = 0
  /** The bytes they take, columns and tables included. */
  bytes = 0

  readonly #maxSlots: number
  readonly #packFrom: number
  readonly #slabs = new Slabs()
  readonly #keys = new SlotTable()
  readonly #users = new UserIndex()
  readonly #deadlines = new Deadlines()
  readonly #lists = new SlotLists()
  #capacity = 0
  /** Slots from here on were never used. */
  #fresh = 0

  readonly #key = new Identifier()
  #hash = 0
  readonly #userBuffer = new Identifier()
  #user: Identifier | undefined
  readonly #phrasebook = new Phrasebook()
  readonly #writer = new RecordWriter(this.#phrasebook)
  readonly #reader = new RecordReader(this.#phrasebook)
  readonly #isKey = (slot: number): boolean => this.#open(slot).hasKey(this.#key)
  readonly #isUser = (slot: number): boolean => this.#open(slot).hasUser(this.#userBuffer)

  /** Once the records take `packFrom` bytes, what is written is packed. */
  constructor(maxSlots: number, packFrom: number = packFromBytes) {
    this.#maxSlots = maxSlots
    this.#packFrom = packFrom
  }

  /** The slot of `key`, or `NONE`. `prepare` and `insert` are then about this key. */
  find(key: string): number {
    this.#hash = hashOf(this.#key.set(key))
    return this.#capacity === 0 ? NONE : this.#keys.find(this.#hash, this.#isKey)
  }

  /** Takes in a record for the key that was looked for last, and answers the bytes that keeping it takes. */
  prepare(record: SessionRecord): number {
    this.#user = record.userId === undefined ? undefined : this.#userBuffer.set(record.userId)
    this.#writer.prepare(this.#key, this.#user, record, this.bytes >= this.#packFrom)
    return allocatedSize(this.#writer.size) + slotCost
  }

  /** Inserts the prepared record. */
  insert(expiresAt: number): void {
    const slot = this.#takeSlot()
    this.#slabs.allocate(slot, allocatedSize(this.#writer.size))
    this.#keys.insert(slot, this.#hash)
    if (this.#user !== undefined) this.#users.add(slot, this.#user, this.#isUser)
    this.#write(slot, expiresAt)
    this.count += 1
    this.bytes += this.cost(slot)
  }

  /** Out of the order of eviction and never over, until `rewrite`: nothing can take the record away meanwhile. */
  hold(slot: number): void {
    this.#lists.remove(slot)
    this.#deadlines.clear(slot)
  }

  /** Puts the prepared record in the place of one that is held. */
  rewrite(slot: number, expiresAt: number): void {
    const signedIn = this.#open(slot).isSignedIn()
    const sameUser = signedIn ? this.#user !== undefined && this.#isUser(slot) : this.#user === undefined
    if (!sameUser && signedIn) this.#users.remove(slot)
    this.bytes -= this.cost(slot)
    this.#slabs.reallocate(slot, allocatedSize(this.#writer.size))
    this.bytes += this.cost(slot)
    if (!sameUser && this.#user !== undefined) this.#users.add(slot, this.#user, this.#isUser)
    this.#write(slot, expiresAt)
  }

  touch(slot: number, expiresAt: number): void {
    this.#deadlines.set(slot, expiresAt)
    this.#lists.remove(slot)
    this.#lists.append(this.#open(slot).isSignedIn() ? SIGNED_IN : ANONYMOUS, slot)
  }

  remove(slot: number): void {
    this.bytes -= this.cost(slot)
    this.count -= 1
    if (this.#open(slot).isSignedIn()) this.#users.remove(slot)
    this.#keys.remove(slot)
    this.hold(slot)
    this.#slabs.release(slot)
    this.#lists.append(FREE, slot)
  }

  cost(slot: number): number {
    return this.#slabs.sizeOf(slot) + slotCost
  }

  version(slot: number): number {
    return this.#open(slot).version()
  }

  record(slot: number): SessionRecord {
    return this.#open(slot).record(this.#deadlines.get(slot))
  }

  key(slot: number): string {
    return this.#open(slot).key()
  }

  kept(slot: number): KeptRecord {
    return { key: this.key(slot), record: this.record(slot) }
  }

  /** The slots of a user's records, in no order. */
  ofUser(userId: string): number[] {
    const slots: number[] = []
    this.#userBuffer.set(userId)
    for (let slot = this.#users.first(this.#userBuffer, this.#isUser); slot !== NONE; slot = this.#users.next(slot)) {
      slots.push(slot)
    }
    return slots
  }

  /** The slot of a record that is over at `now`, or `NONE`. */
  expired(now: number): number {
    return this.#deadlines.expired(now)
  }

  /** The slot of the live record that costs least to lose, or `NONE`. */
  cheapest(): number {
    const anonymous = this.#lists.first(ANONYMOUS)
    return anonymous === NONE ? this.#lists.first(SIGNED_IN) : anonymous
  }

  /** The first slot from `start` on that holds a record, or `NONE`. A record never changes its slot. */
  following(start: number): number {
    for (let slot = start; slot < this.#fresh; slot += 1) {
      if (this.#slabs.has(slot)) return slot
    }
    return NONE
  }

  #open(slot: number): RecordReader {
    return this.#reader.open(this.#slabs.slabOf(slot), this.#slabs.startOf(slot))
  }

  #write(slot: number, expiresAt: number): void {
    this.#writer.write(this.#slabs.slabOf(slot), this.#slabs.startOf(slot))
    this.#deadlines.set(slot, expiresAt)
    this.#lists.append(this.#user === undefined ? ANONYMOUS : SIGNED_IN, slot)
  }

  #takeSlot(): number {
    const free = this.#lists.first(FREE)
    if (free !== NONE) {
      this.#lists.remove(free)
      return free
    }
    if (this.#fresh === this.#capacity) this.#grow()
    this.#fresh += 1
    return this.#fresh - 1
  }

  #grow(): void {
    const capacity = Math.max(this.#fresh + 1, Math.min(this.#maxSlots, grownCapacity(this.#fresh + 1)))
    for (const part of [this.#slabs, this.#keys, this.#users, this.#deadlines, this.#lists]) part.grow(capacity)
    this.#capacity = capacity
  }
}
