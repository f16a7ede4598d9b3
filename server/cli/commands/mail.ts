import { testMail } from '../../../alerts/email/compose/test-mail.ts'
import { mimeMessage } from '../../../alerts/email/sender/mime-message.ts'
import { deliverBySmtp } from '../../../alerts/email/sender/smtp-delivery.ts'
import { makeFolderDurably } from '../../../data/files/durable.ts'
import { revokeLinksOf, rotateLinkKey } from '../../../data/links/link-keys.ts'
import { mailHostOf } from '../../owner/mail-routes.ts'
import { smtpSettings } from '../../owner/smtp-settings.ts'
import { stateFolders } from '../../owner/state-folders.ts'
import type { Settings } from '../../settings/schema.ts'
import type { Arguments } from '../arguments.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { UsageError } from '../usage-error.ts'

/** EX_UNAVAILABLE of sysexits.h: the mail server didn't take it. */
const EXIT_UNAVAILABLE = 69

export const mail: Command = {
  name: 'mail',
  summary: 'Sends a test mail; ends the links of mails that were sent.',
  usage: 'test ADDRESS | revoke-links [--incident N]',
  help: `test: sends one mail to ADDRESS through the mail server of the settings (smtp.url), as every other mail is sent, and says what the
server answered. Nothing is written down. Exit code 69 where it was not taken; "tidewatch doctor" says more.

revoke-links: mails carry links that acknowledge or silence without signing in. With --incident, those to one incident that were
made up to now end; later mails have new ones. Without, the key that signs them is changed, and all links of all
mails end. A running service minds both at once.`,
  options: { incident: { value: 'N', about: 'The number of the incident whose links end.' } },
  takesSettings: true,
  operands: { least: 1, most: 2 },
  async run(args, io) {
    const [what = '', address] = args.operands
    const { settings } = checkedSettings(io)
    switch (what) {
      case 'test':
        if (address === undefined) throw new UsageError('say to whom: mail test ADDRESS')
        return sendTest(settings, address, io)
      case 'revoke-links':
        if (address !== undefined) throw new UsageError('revoke-links takes no address: use --incident N, or nothing')
        return revokeLinks(settings, args, io)
      default:
        throw new UsageError(`${JSON.stringify(what)} is nothing to do with mail: use test or revoke-links`)
    }
  },
}

const ADDRESS = /^[^\s<>@,"]+@[^\s<>@,"]+$/

async function sendTest(settings: Settings, address: string, io: CommandIo): Promise<number> {
  if (!ADDRESS.test(address)) throw new UsageError(`${JSON.stringify(address)} is no mail address: use NAME@HOST`)
  const { mail: sender, smtp } = settings
  if (smtp.url === '')
    throw new CommandError('smtp.url is not set, so mails are kept as files: there is no mail server to test')
  const now = Date.now()
  const host = mailHostOf(settings)
  const message = await mimeMessage(testMail({ host, now }), null, {
    from: sender.from,
    to: address,
    messageId: `<test-${now.toString(36)}.${process.pid}@${host}>`,
    date: now,
  })
  const outcome = await deliverBySmtp(message, smtpSettings(smtp))
  if (outcome.kind === 'sent') {
    io.out(`Taken by ${new URL(smtp.url).host} for ${address}. Whether it arrives, its mailbox says.\n`)
    return 0
  }
  io.err(`Not taken${outcome.kind === 'refused' ? ', for ever' : ''}: ${outcome.error}\n`)
  return EXIT_UNAVAILABLE
}

async function revokeLinks(settings: Settings, args: Arguments, io: CommandIo): Promise<number> {
  const { state, linkKeys } = stateFolders(settings.state)
  const given = args.option('incident')
  if (given !== null && !/^[1-9]\d{0,14}$/.test(given)) {
    throw new UsageError(`--incident is ${JSON.stringify(given)}: use the number of an incident`)
  }
  await makeFolderDurably(state)
  if (given === null) {
    await rotateLinkKey(linkKeys, Date.now())
    io.out('The key is changed: no link of any mail so far works any more.\n')
  } else {
    await revokeLinksOf(linkKeys, Number(given), Date.now())
    io.out(`No link to incident ${given} of any mail so far works any more.\n`)
  }
  return 0
}
