import { useState } from 'preact/hooks'
import { useLive } from '../api/live.ts'
import { Choice, Switch } from '../shell/choice.tsx'
import { serverNow } from '../shell/freshness.ts'
import { BREAK_DOWNS, type ChannelView, LAST_DAYS, STEPS, urlOfView } from '../view/view.ts'
import { dateRange, HOUR_MS } from '../words/time.ts'
import { canShowMinutes, type Shown } from './range.ts'

interface ChannelOptionsProps {
  readonly view: ChannelView
  readonly range: Shown
  readonly onChange: (changes: Partial<ChannelView>) => void
}

const RANGE_WORDS = { 1: '1 d', 7: '7 d', 60: '60 d', 365: '1 y' } as const

export function ChannelOptions({ view, range, onChange }: ChannelOptionsProps) {
  const { freshness } = useLive()
  const now = freshness === null ? Date.now() : serverNow(freshness, performance.now())
  const steps = STEPS.filter((step) => step !== 'minute' || canShowMinutes(range.from, range.to, now + 7 * HOUR_MS))
  const ranges = LAST_DAYS.map((days) => ({ value: String(days), word: RANGE_WORDS[days] }))
  return (
    <div class="options">
      <span class="options-range">
        <Choice
          name="Range"
          options={ranges}
          chosen={view.range.kind === 'last' ? String(view.range.days) : null}
          onChoose={(value) => {
            const days = LAST_DAYS.find((choice) => String(choice) === value)
            if (days !== undefined) onChange({ range: { kind: 'last', days } })
          }}
        />
        <span class="range-words">
          {dateRange(range.from, Math.min(range.to, Math.max(now, range.from)), view.zone)},{' '}
          <button
            type="button"
            class="option"
            title="UTC or local time (z)"
            onClick={() => onChange({ zone: view.zone === 'utc' ? 'local' : 'utc' })}
          >
            {view.zone === 'utc' ? 'UTC' : localZone()}
          </button>
        </span>
      </span>
      <Choice
        name="Step"
        options={steps.map((step) => ({ value: step, word: step }))}
        chosen={range.step}
        onChoose={(step) => onChange({ step })}
      />
      <Choice
        name="Break down by"
        options={BREAK_DOWNS.map((by) => ({ value: by, word: by }))}
        chosen={view.by}
        onChoose={(by) => onChange({ by })}
      />
      <Switch word="Last week" letter="w" isOn={view.ghost} onChange={(ghost) => onChange({ ghost })} />
      <Switch word="Log scale" letter="l" isOn={view.log} onChange={(log) => onChange({ log })} />
      <Switch word="Table" letter="t" isOn={view.table} onChange={(table) => onChange({ table })} />
      <CopyLink view={view} range={range} />
    </div>
  )
}

/** The address bar has the moving range; the copied link shows for ever what is seen now. */
function CopyLink({ view, range }: { readonly view: ChannelView; readonly range: Shown }) {
  const [said, setSaid] = useState('Copy link to this view')
  const copy = async (): Promise<void> => {
    const frozen: ChannelView = { ...view, range: { kind: 'fixed', from: range.from, to: range.to } }
    try {
      await navigator.clipboard.writeText(new URL(urlOfView(frozen), window.location.href).toString())
      setSaid('Copied, with its times fixed')
    } catch {
      setSaid('The browser forbids copying: use the address bar')
    }
  }
  return (
    <button type="button" class="copy-link" onClick={() => void copy()}>
      {said}
    </button>
  )
}

function localZone(): string {
  return (
    new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts().find(({ type }) => type === 'timeZoneName')
      ?.value ?? 'local time'
  )
}
