/**
 * The race laboratory: parallel requests through the real middleware, in thousands of orders that fast-check's scheduler makes up.
 */
import { memoryStore } from '../../src/stores/memory/index.js'
import { itHolds } from './support/it-holds.js'
import { expressOverRecords, overCallbacks, overRecords, recordsOverCallbacks } from './support/subjects.js'

const subjects = [
  overRecords('coatcheck() over the store in memory', () => memoryStore()),
  overRecords('coatcheck() that touches with each request', () => memoryStore(), { touchWindow: 0, rolling: true }),
  expressOverRecords('session() over the store in memory'),
  overCallbacks('session() over a callback store'),
  overCallbacks('session() over a callback store, with resave and rolling', { resave: true, rolling: true }),
  recordsOverCallbacks('coatcheck() over a callback store'),
]
const runs = Number(process.env.RACE_RUNS ?? 100)

for (const subject of subjects) itHolds(subject, runs)
