import { readFileSync } from 'node:fs'
import type { SmtpSettings } from '../../alerts/email/sender/smtp-options.ts'
import type { Settings } from '../settings/schema.ts'

/** The file is read each time, so that a renewed authority counts at once. Throws where it can't be read. */
export function smtpSettings({ url, caFile }: Settings['smtp']): SmtpSettings {
  if (caFile === '') return { url }
  try {
    return { url, ca: readFileSync(caFile, 'utf8') }
  } catch (error) {
    throw new Error(
      `smtp.caFile is "${caFile}", which can't be read: ${error instanceof Error ? error.message : error}`,
    )
  }
}
