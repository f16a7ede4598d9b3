import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { writeFileDurably } from '../../../data/files/durable.ts'
import { isNotFound } from '../../../data/files/is-not-found.ts'
import { PICTURE_CID } from '../compose/compose-mail.ts'

/** A mail as it was sent, for the dashboard. */
export interface KeptMail {
  /** With its picture inlined, so that it loads nothing. Not to be shown but in a sandboxed frame. */
  readonly html: string
  readonly text: string
  readonly subject: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/**
 * Every mail is kept as a file under the name of its Message-ID, before it is sent: where no mail server is set the file
 * is the mail, else it is what was said. A second attempt replaces the first.
 */
export async function keepMail(folder: string, messageId: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFileDurably(keptMailPath(folder, messageId), bytes, 0o600)
}

/** `<folder>/incident-12.3.9f86d08188.eml` */
function keptMailPath(folder: string, messageId: string): string {
  const [name = ''] = messageId.replace(/^</, '').split('@')
  if (!/^[a-z0-9.-]+$/.test(name)) throw new TypeError(`"${messageId}" isn't a Message-ID of ours`)
  return join(folder, `${name}.eml`)
}

/** Null where the mail was not sent yet, or its file has been removed. */
export async function readKeptMail(folder: string, messageId: string): Promise<KeptMail | null> {
  const bytes = await readKeptMailBytes(folder, messageId)
  if (bytes === null) return null
  const mail = await PostalMime.parse(bytes, { attachmentEncoding: 'base64' })
  const picture = mail.attachments.find((attachment) => attachment.contentId === `<${PICTURE_CID}>`)
  const html = mail.html ?? ''
  return {
    html:
      picture === undefined
        ? html
        : html.replace(`src="cid:${PICTURE_CID}"`, `src="data:image/png;base64,${String(picture.content)}"`),
    text: mail.text ?? '',
    subject: mail.subject ?? '',
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  }
}

/** The mail as it travelled. Null as above. */
export async function readKeptMailBytes(folder: string, messageId: string): Promise<Buffer | null> {
  try {
    return await readFile(keptMailPath(folder, messageId))
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}
