import { checkAddresses } from '../../doctor/check-addresses.ts'
import { checkJudge } from '../../doctor/check-judge.ts'
import { checkMail } from '../../doctor/check-mail.ts'
import { checkState } from '../../doctor/check-state.ts'
import type { DoctorFinding } from '../../doctor/finding.ts'
import type { Settings } from '../../settings/schema.ts'
import { isOwnerRunning } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command } from '../command.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'Looks whether everything that the settings name works.',
  usage: '[--json]',
  help: `Looks at the settings, the state directory, the calendar and what is asked of the judge, the mail server (name, connection, TLS and its certificate, sign-in), webhooks,
the dead man's switch and the histogram server, changes nothing and mails nobody. Each line says what was found, and where
something is wrong, what to do. Exit code 1 if anything is wrong; what should only be known leaves it at 0.`,
  options: { json: { about: 'One JSON object a line: {verdict, about, says}; verdict is well, mind or wrong.' } },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const { settings } = checkedSettings(io)
    const findings = [
      ...(await checkState(settings)),
      await service(settings),
      ...(await checkJudge(settings)),
      ...(await checkMail(settings, Date.now())),
      ...(await checkAddresses(settings)),
    ]
    const isJson = args.isOn('json')
    for (const finding of findings) io.out(isJson ? `${JSON.stringify(finding)}\n` : line(finding))
    return findings.some(({ verdict }) => verdict === 'wrong') ? 1 : 0
  },
}

async function service(settings: Settings): Promise<DoctorFinding> {
  const isRunning = await isOwnerRunning(settings)
  const says = isRunning ? 'It runs on this state directory.' : 'It does not run on this state directory now.'
  return { about: 'service', verdict: isRunning ? 'well' : 'mind', says }
}

const MARKS: Readonly<Record<DoctorFinding['verdict'], string>> = { well: 'ok   ', mind: 'note ', wrong: 'WRONG' }

function line({ verdict, about, says }: DoctorFinding): string {
  return `${MARKS[verdict]}  ${about}: ${says}\n`
}
