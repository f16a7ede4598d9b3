import { useState } from 'preact/hooks'
import { useLive } from '../api/live.ts'
import { Choice, Switch } from '../shell/choice.tsx'
import { serverNow } from '../shell/freshness.ts'
import { BREAK_DOWNS, type ChannelView, LAST_DAYS, STEPS } from '../view/channel-view.ts'
import { addressOf, chooseZone, useZone } from '../view/navigation.ts'
import { dateRange, HOUR_MS, zoneName } from '../words/time.ts'
import { canShowMinutes, type Shown } from './range.ts'

interface ChannelOptionsProps {
  readonly view: ChannelView
  readonly range: Shown
  readonly onChange: (changes: Partial<ChannelView>) => void
}

const RANGE_WORDS = { 1: '1 d', 7: '7 d', 60: '60 d', 365: '1 y' } as const

export function ChannelOptions({ view, range, onChange }: ChannelOptionsProps) {
  const { freshness } = useLive()
  const zone = useZone()
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
          {dateRange(range.from, Math.min(range.to, Math.max(now, range.from)), zone)},{' '}
          <button
            type="button"
            class="option"
            title="UTC or local time (z)"
            onClick={() => chooseZone(zone === 'utc' ? 'local' : 'utc')}
          >
            {zoneName(zone, range.to)}
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
      await navigator.clipboard.writeText(new URL(addressOf(frozen), window.location.href).toString())
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
