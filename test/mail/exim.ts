import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime, { type Email } from 'postal-mime'
import { TEST_CERTIFICATE, TEST_KEY } from '../../alerts/email/testing/certificate.ts'
import { untilGreeted } from './greeting.ts'

const PROGRAM = '/usr/sbin/exim4'
const USER = 'Debian-exim'

/** Why it can't be run here; null: it can. It changes to a user of its own, which only root may. */
export function whyNoExim(): string | null {
  if (!existsSync(PROGRAM)) return `no ${PROGRAM} (Debian: apt-get install exim4-daemon-light)`
  return process.getuid?.() === 0 ? null : 'only root may start it'
}

export interface Exim {
  readonly port: number
  /** What lies in the one mailbox, in no order: each mail is delivered by a process of its own. */
  mails(): Promise<Email[]>
  close(): Promise<void>
}

/**
 * Debian's mail server on loopback: mail only over TLS and signed in as `tide` with `s3cret`; `gone@` is refused for ever, `full@` for
 * now, all others of example.org share a mailbox.
 */
export async function startExim(): Promise<Exim> {
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-exim-'))
  const port = await freePort()
  await chmod(folder, 0o755)
  for (const name of ['spool', 'log', 'mail']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'certificate.pem'), TEST_CERTIFICATE)
  await writeFile(join(folder, 'key.pem'), TEST_KEY, { mode: 0o600 })
  execFileSync('chown', ['-R', `${USER}:${USER}`, folder])
  await writeFile(join(folder, 'exim.conf'), configuration(folder, port))
  const child = spawn(PROGRAM, ['-bdf', '-q1m', '-C', join(folder, 'exim.conf')], { stdio: 'ignore' })
  await untilGreeted(port)
  const mailbox = join(folder, 'mail', 'new')
  return {
    port,
    async mails() {
      const names = existsSync(mailbox) ? await readdir(mailbox) : []
      return Promise.all(names.map(async (name) => PostalMime.parse(await readFile(join(mailbox, name)))))
    },
    async close() {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, port: number): string {
  return `
primary_hostname = mail.example.org
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/spool/exim.pid
tls_advertise_hosts = *
tls_certificate = ${folder}/certificate.pem
tls_privatekey = ${folder}/key.pem
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = recipients
acl_smtp_data = accept

begin acl
recipients:
  require message = use TLS first
          encrypted = *
  require message = sign in first
          authenticated = *
  deny    local_parts = gone
          message = no such user here
  defer   local_parts = full
          message = mailbox full
  accept  domains = example.org
  deny    message = relay not permitted

begin routers
everybody:
  driver = accept
  domains = example.org
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  directory = ${folder}/mail
  maildir_format
  user = ${USER}

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_advertise_condition = \${if def:tls_in_cipher}
  server_condition = \${if and{{eq{$auth2}{tide}}{eq{$auth3}{s3cret}}}}
  server_set_id = $auth2
`
}

/** It was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port = 0 }: { port?: number } = Object(probe.address())
  await new Promise((resolve) => probe.close(resolve))
  return port
}
