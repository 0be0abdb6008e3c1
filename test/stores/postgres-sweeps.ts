/**
 * What holds of sweeping on PostgreSQL, straight and behind a pooler.
 */
import { Client } from 'pg'
import { expect, vi } from 'vitest'

import type { PostgresSessionStore } from '../../src/stores/postgres/index.js'

const batch = 2_000
/** Held by the test for as long as a sweep is to be in the middle of its work. */
const gate = 4711

/**
 * Two stores of one table, with 4,500 records past their time: while one sweeps, the other is answered 0 at once and deletes nothing, and no call
 * deletes more than a batch. `url` is the server's own, past any pooler.
 */
export async function sweptByOneAtATime(
  [first, second]: readonly [PostgresSessionStore, PostgresSessionStore],
  table: string,
  url: string,
): Promise<void> {
  await Promise.all([first.count(), second.count()])
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`
      INSERT INTO ${table} (key, version, created_at, expires_at, data)
        SELECT 'k' || n, 1, 0, n, '{}' FROM generate_series(1, 4500) AS n;
      CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock(${gate}); RETURN OLD; END';
      CREATE TRIGGER gate BEFORE DELETE ON ${table} FOR EACH ROW WHEN (OLD.expires_at = 1) EXECUTE FUNCTION wait_at_gate();
      SELECT pg_advisory_lock(${gate})`)
    const sweeping = first.sweep(1_000_000)
    const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = ${gate}`
    await vi.waitFor(async () => expect((await client.query(waiting)).rows).toHaveLength(1), { timeout: 10_000 })
    expect(await second.sweep(1_000_000)).toBe(0)
    expect(await second.count()).toBe(4_500)
    await client.query(`SELECT pg_advisory_unlock(${gate})`)
    expect(await sweeping).toBe(batch)
  } finally {
    await client.end()
  }
  expect(await second.sweep(1_000_000)).toBe(batch)
  expect(await first.sweep(1_000_000)).toBe(4_500 - 2 * batch)
  expect(await second.sweep(1_000_000)).toBe(0)
  expect(await first.count()).toBe(0)
}
