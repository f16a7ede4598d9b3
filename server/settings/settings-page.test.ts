import { expect, test } from 'vitest'
import { SETTING_NAMES, type SettingName } from './names.ts'

test('docs/settings.md tells every setting as the schema has it (npx vitest run --project unit -u writes it)', async () => {
  await expect(settingsPage()).toMatchFileSnapshot('../../docs/settings.md')
})

const INTRODUCTION = `# Settings

Everything has a default; \`npm start\` needs no settings at all. What shall be otherwise is said in one of three places,
each stronger than the one before:

1. the **settings file**: \`--config FILE\` or \`TIDEWATCH_CONFIG\`, else \`tidewatch.yaml\` in the current folder, if it is
   there. YAML (so JSON with comments will do). Relative paths in it are meant from its own folder;
2. the **environment**: the setting's name in capitals, its words joined by \`_\`, after \`TIDEWATCH_\`:
   \`receive.maxBodyBytes\` is \`TIDEWATCH_RECEIVE_MAX_BODY_BYTES\`. An empty variable is an unset one;
3. **flags** of the commands that use settings: \`--receive.maxBodyBytes 100000\`, \`--state /srv/tidewatch\`.

\`\`\`yaml
# tidewatch.yaml
state: /srv/tidewatch
publicUrl: https://tidewatch.example.org/
receive:
  listen: 0.0.0.0:8080
smtp:
  url: smtp://tidewatch:secret@mail.example.org:587
mail:
  from: Tidewatch <tidewatch@example.org>
  to: [on-call@example.org]
\`\`\`

\`tidewatch config\` prints every value, where it came from, and which weaker source it took the place of; passwords are
masked. An unknown name, also an unknown \`TIDEWATCH_\` variable, is an error, as is any value that isn't allowed: all of
them are told at once, each with its source (file and line, variable, flag) and with what is allowed.

On SIGHUP a running server reads all of it again: what is marked *live* below is at work at once, the rest at the next
start, and the log says which settings wait for that. If anything is wrong, everything stays as it was.

In variables and flags lists are joined by commas, and values of a more complicated shape are JSON.
`

function settingsPage(): string {
  const groupOf = ({ path }: SettingName) => (path.includes('.') ? path.replace(/\..*/, '') : '')
  const tables = [...new Set(SETTING_NAMES.map(groupOf))].map((group) => {
    const names = SETTING_NAMES.filter((name) => groupOf(name) === group)
    return `## ${group === '' ? 'General' : group}\n\n${table(names)}`
  })
  return [INTRODUCTION, ...tables].join('\n')
}

function table(names: readonly SettingName[]): string {
  const rows = names.map(({ path, facts, initial }) => {
    const usual = facts.defaultText ?? code(JSON.stringify(initial))
    return [code(path), usual, facts.about, facts.allowed, facts.applies]
  })
  const head = ['setting', 'default', 'what it does', 'allowed', 'applies']
  const lines = [head, head.map(() => '---'), ...rows]
  return `${lines.map((cells) => `| ${cells.map(inCell).join(' | ')} |`).join('\n')}\n`
}

function code(text: string): string {
  return `\`${text}\``
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
