import { useState } from 'preact/hooks'
import './copyable.css'

/** A command or an address, whole, with a button that copies it. */
export function Copyable({ text, what }: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied('yes')
    } catch {
      // Only loopback and https may write to the clipboard.
      setCopied('failed')
    }
  }
  return (
    <span class="copyable">
      <code>{text}</code>
      <button type="button" aria-label={`Copy ${what}`} onClick={() => void copy()}>
        {copied === 'yes' ? 'Copied' : copied === 'failed' ? 'Select it and copy by hand' : 'Copy'}
      </button>
    </span>
  )
}
