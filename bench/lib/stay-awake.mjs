/**
 * A load that never sleeps. A server that writes to a process which waits has the kernel wake that up, and the time is booked on the server: on
 * a fast one more than all that a session layer does. Whether it comes up depends on which of the two is faster, so that a subject would pay for it and
 * the bare app would not.
 */
export function stayAwake() {
  let awake = true
  const turn = () => {
    if (awake) setImmediate(turn)
  }
  turn()
  return () => {
    awake = false
  }
}
