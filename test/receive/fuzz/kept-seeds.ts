/**
 * Conversations that once found something; they are held in every run. A seed means its conversation only as long as the
 * grammar draws as it does: what was found before it last changed stands, as bytes, in the table of malformed requests.
 */
export const KEPT_SEEDS: readonly number[] = [
  // Expecting 100-continue and another thing at once, in two headers.
  3339765671,
  // A body that its client ends in the middle, of a request to upgrade: the connection stayed until the time limit.
  2722857604,
  // Asked before sending, and sent all the same: the connection was reset before the refusal was read.
  976573875,
  // A body for an address that takes none, and the connection closed: reset before the 404 was read.
  2295429296,
  // Asked before sending to such an address, and sent all the same: reset before the 404 was read.
  2965006323,
  // A host that HTTP allows and URLs don't.
  199612376,
  // A HEAD whose head is too long to be read, so that nobody knows that it is a HEAD.
  3826626204,
  // Bytes behind a request to upgrade.
  3862536074,
  // Chunks named twice in one header.
  3928725938,
  // A body in codings that don't say where it ends, behind a request to upgrade: kept as an empty one.
  3850494624,
  // Too many headers, and more requests behind them.
  1950761220,
]
