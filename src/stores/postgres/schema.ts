/**
 * The table, and how one of an older coatcheck is brought up to date.
 */
import { SessionError } from '../../core/errors.js'
import type { Connection } from './connection.js'

/** Counts the changes of the table that were released. The table's comment says which one it has. */
const schemaVersion = 1

// Any number: it only must be the same in every process.
const migrationLock = 7_264_311_502

/**
 * The SQL that creates the table. Text columns compare byte by byte. A fillfactor below 100 leaves room for updates in place; they stay in place (HOT)
 * as long as no ordinary index covers what they change, so the deadline has a BRIN index where the server (16 and newer) does not count that as
 * one.
 */
export function schemaScript(table: string): string {
  const indexName = (column: string): string => `"${bareName(table)}_${column}"`
  return `
    CREATE TABLE IF NOT EXISTS ${table} (
      key text COLLATE "C" PRIMARY KEY,
      id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
      version bigint NOT NULL,
      created_at bigint NOT NULL,
      expires_at bigint NOT NULL,
      user_id text COLLATE "C",
      attributes text,
      data text NOT NULL
    ) WITH (fillfactor = 85);
    CREATE INDEX IF NOT EXISTS ${indexName('by_user')} ON ${table} (user_id, created_at) WHERE user_id IS NOT NULL;
    DO $$
    BEGIN
      IF current_setting('server_version_num')::int >= 160000 THEN
        CREATE INDEX IF NOT EXISTS ${indexName('by_expiry')} ON ${table} USING brin (expires_at);
      ELSE
        CREATE INDEX IF NOT EXISTS ${indexName('by_expiry')} ON ${table} (expires_at);
      END IF;
    END $$;
    COMMENT ON TABLE ${table} IS 'coatcheck sessions, version ${schemaVersion}';
  `
}

/** Makes sure that the table is there and current. Several processes may try at once. */
export async function prepareTable(connection: Connection, table: string, mayMigrate: boolean): Promise<void> {
  const version = await versionOf(connection, table)
  if (version === schemaVersion) return
  if (version > schemaVersion) {
    throw new SessionError(
      'ERR_SESSION_STORE_SHAPE',
      `The table ${table} has version ${version}; this coatcheck knows versions up to ${schemaVersion}. ` +
        'A newer coatcheck made it: update this one, or give it another table.',
    )
  }
  if (!mayMigrate) {
    // Somebody else made it, and may not have set the comment. What is missing is told by the first statement that needs it.
    if (version === 0) return
    throw new SessionError(
      'ERR_SESSION_STORE_SHAPE',
      `There is no table ${table}, and the option migrate is false: create it with the SQL that postgresSchema() answers.`,
    )
  }
  await connection.script(`SELECT pg_advisory_xact_lock(${migrationLock}); ${schemaScript(table)}`)
}

/** -1 where there is no table, 0 where there is one without a version. */
async function versionOf(connection: Connection, table: string): Promise<number> {
  const { rows } = await connection.query(
    `SELECT to_regclass($1) IS NOT NULL AS "exists", obj_description(to_regclass($1), 'pg_class') AS comment`,
    [table],
  )
  const row = rows[0]
  if (row?.['exists'] !== true) return -1
  return Number(/version (\d+)$/.exec(String(row['comment']))?.[1] ?? 0)
}

function bareName(table: string): string {
  return table.split('.').at(-1)!.replaceAll('"', '')
}
