import { join } from 'node:path'
import { createMailSender } from '../../alerts/email/sender/mail-sender.ts'
import { openDatabase } from '../../data/counts/database.ts'
import { openJournal } from '../../data/journal/journal.ts'

/** Sends what waits in the outbox of a folder, as the owner does, until nothing waits. `node send-outbox.js FOLDER PORT` */
const [, , folder = '', port = ''] = process.argv
const database = await openDatabase(join(folder, 'tidewatch.duckdb'))
const journal = await openJournal(join(folder, 'journal'))
const sender = await createMailSender({
  database,
  journal,
  folder: join(folder, 'mail'),
  settings: () => ({
    from: 'Tidewatch <tide@example.org>',
    smtp: { url: `smtp://127.0.0.1:${port}` },
    publicUrl: null,
    webhooks: {},
  }),
  linkKeys: async () => null,
  describe: ({ id }) => ({ id }),
  host: 'example.org',
  pictures: { draw: async () => new Uint8Array([1]) },
  onProblem: (problem) => process.stderr.write(`${JSON.stringify(problem)}\n`),
})
process.stdout.write('ready\n')
while ((await sender.deliver(Date.now(), 'live')).nextAttemptAt !== null)
  await new Promise((done) => setTimeout(done, 50))
await journal.close()
await database.close()
