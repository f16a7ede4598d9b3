const PREFIX = 'webhook:'

/** How the outbox and the routes name a webhook of the settings, where others have an address: `webhook:pager`. */
export function webhookRecipient(name: string): string {
  return PREFIX + name
}

/** The name in the settings; null: it is somebody's address. */
export function webhookName(recipient: string): string | null {
  return recipient.startsWith(PREFIX) ? recipient.slice(PREFIX.length) : null
}
