/** Outbox and routes name a webhook of the settings where others have an address: `webhook:pager`. */
const PREFIX = 'webhook:'

/** The name in the settings; null: it is somebody's address. */
export function webhookName(recipient: string): string | null {
  return recipient.startsWith(PREFIX) ? recipient.slice(PREFIX.length) : null
}
