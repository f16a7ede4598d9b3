import { useState } from 'preact/hooks'
import { Mark } from '../marks/mark.tsx'
import { firstSubmissionCommand } from './first-submission.ts'
import './empty-page.css'

/** A server that never counted anything. It turns into the overview by itself as soon as something is counted. */
export function EmptyPage({ receiveUrl }: { readonly receiveUrl: string }) {
  const [documentId, setDocumentId] = useState(newDocumentId)
  return (
    <div class="empty">
      <h1 class="sentences">
        <span class="sentence sentence-marked">
          <Mark state="learning" size={19} />
          <span role="status">Waiting for the first submission…</span>
        </span>
      </h1>
      <p class="second">This page turns into the chart by itself, about five seconds after it came.</p>
      <Command
        title="Send one"
        words="as a client of the nightly channel would"
        command={firstSubmissionCommand(receiveUrl, documentId)}
        // A second copy of the same document would rightly be counted as a duplicate.
        onCopied={() => setDocumentId(newDocumentId())}
      />
      <Command
        title="Or see the demo"
        words="five channels, three months, five things that went wrong; a server of its own"
        command="npm run demo"
      />
      <Command
        title="Or bring your history"
        words="a CSV file with the columns hour, channel, submissions"
        command="npm run -s tidewatch -- import counts FILE.csv"
      />
    </div>
  )
}

interface CommandProps {
  readonly title: string
  readonly words: string
  readonly command: string
  readonly onCopied?: () => void
}

function Command({ title, words, command, onCopied }: CommandProps) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command)
      setCopied('yes')
      onCopied?.()
    } catch {
      setCopied('failed')
    }
  }
  return (
    <section class="block command">
      <h2 class="section-head">
        {title} <span class="label">{words}</span>
      </h2>
      <pre>
        <code>{command}</code>
      </pre>
      <button type="button" class="button" onClick={() => void copy()}>
        {copied === 'yes' ? 'Copied' : copied === 'failed' ? 'Select it and copy by hand' : 'Copy'}
      </button>
    </section>
  )
}

/** randomUUID is only there in secure contexts (loopback is one; a plain-HTTP host name is not). */
function newDocumentId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
