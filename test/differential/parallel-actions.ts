/**
 * Two requests of one visitor at the same time: while the handler of the one is at work, the other comes and is answered.
 */
import { destroy, modify, regenerate } from './actions.js'
import type { Action, Visit } from './cell.js'

type Step = (visit: Visit) => void | Promise<void>

const addKey: Step = ({ session }) => void (session.lang = 'de')
const changeKey: Step = ({ session }) => void (session.views = 70)
const addTag: Step = ({ session }) => void (session.user as { tags: string[] }).tags.push('theirs')
const addOtherTag: Step = ({ session }) => void (session.user as { tags: string[] }).tags.push('mine')
const nothing: Step = () => {}

/** Loads the session, lets the other request happen, and then does its own. */
function around(other: Step, own: Step): Action {
  return async (visit) => {
    visit.note(`views ${String(visit.session.views)}`)
    await visit.meanwhile(async (otherVisit) => {
      await other(otherVisit)
      otherVisit.res.end('meanwhile')
    })
    await own(visit)
    visit.res.end('done')
  }
}

export const parallelActions = {
  'nothing, meanwhile a key is added': around(addKey, nothing),
  'modify, meanwhile a key is added': around(addKey, modify),
  'modify, meanwhile the same key is changed': around(changeKey, modify),
  'push, meanwhile another is pushed': around(addTag, addOtherTag),
  'nothing, meanwhile it is destroyed': around(destroy, nothing),
  'modify, meanwhile it is destroyed': around(destroy, modify),
  'save, meanwhile it is destroyed': around(destroy, (visit) =>
    visit.done('save', (callback) => visit.session.save(callback)),
  ),
  'modify, meanwhile it is regenerated': around(regenerate, modify),
  'regenerate, meanwhile a key is added': around(addKey, regenerate),
  'destroy, meanwhile a key is added': around(addKey, destroy),
} satisfies Record<string, Action>
