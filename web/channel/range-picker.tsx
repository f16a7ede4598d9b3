import { useEffect, useRef, useState } from 'preact/hooks'
import { Choice } from '../shell/choice.tsx'
import { isInLimits, LAST_DAYS, type Range } from '../view/channel-view.ts'
import { useZone } from '../view/navigation.ts'
import { dateRange, zoneName } from '../words/time.ts'
import { inputText, timeOfInput } from './date-input.ts'
import type { Shown } from './range.ts'

interface RangePickerProps {
  readonly range: Range
  readonly shown: Shown
  readonly now: number
  readonly onChange: (range: Range) => void
}

const RANGE_WORDS = { 1: '24 h', 7: '7 d', 60: '60 d', 365: '1 y' } as const

/** How much of the past: up to now, or from one time to another. */
export function RangePicker({ range, shown, now, onChange }: RangePickerProps) {
  const zone = useZone()
  const [isOpen, setIsOpen] = useState(false)
  const ranges = LAST_DAYS.map((days) => ({ value: String(days), word: RANGE_WORDS[days] }))
  return (
    <span class="options-range">
      <Choice
        name="Range"
        options={ranges}
        chosen={range.kind === 'last' ? String(range.days) : null}
        onChoose={(value) => {
          const days = LAST_DAYS.find((choice) => String(choice) === value)
          if (days === undefined) return
          setIsOpen(false)
          onChange({ kind: 'last', days })
        }}
      />
      <button
        type="button"
        class="option"
        aria-expanded={isOpen}
        aria-pressed={range.kind === 'fixed'}
        onClick={() => setIsOpen(!isOpen)}
      >
        custom
      </button>
      <span class="range-words">
        {dateRange(shown.from, Math.min(shown.to, Math.max(now, shown.from)), zone)}, {zoneName(zone, shown.to)}
      </span>
      {isOpen && (
        <CustomRange
          shown={shown}
          onClose={() => setIsOpen(false)}
          onChoose={(from, to) => {
            setIsOpen(false)
            onChange({ kind: 'fixed', from, to })
          }}
        />
      )}
    </span>
  )
}

interface CustomRangeProps {
  readonly shown: Shown
  readonly onClose: () => void
  readonly onChoose: (from: number, to: number) => void
}

function CustomRange({ shown, onClose, onChoose }: CustomRangeProps) {
  const zone = useZone()
  const first = useRef<HTMLInputElement>(null)
  const [from, setFrom] = useState(inputText(shown.from, zone))
  const [to, setTo] = useState(inputText(shown.to, zone))
  const [trouble, setTrouble] = useState('')
  useEffect(() => first.current?.focus(), [])
  const submit = (event: Event): void => {
    event.preventDefault()
    const [start, end] = [timeOfInput(from, zone), timeOfInput(to, zone)]
    if (start === null || end === null) setTrouble('Both need a date and a time.')
    else if (start >= end) setTrouble('The range must end after it begins.')
    else if (!isInLimits(start, end)) setTrouble('At most 20 years can be shown, between 2000 and 2200.')
    else onChoose(start, end)
  }
  return (
    <form
      class="custom-range"
      aria-label="From one time to another"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        // The page's Escape leads out of a zoom: this one is answered here.
        event.preventDefault()
        onClose()
      }}
    >
      <label>
        From
        <input
          ref={first}
          type="datetime-local"
          required
          value={from}
          aria-describedby="range-trouble"
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label>
        to
        <input
          type="datetime-local"
          required
          value={to}
          aria-describedby="range-trouble"
          onInput={(event) => setTo(event.currentTarget.value)}
        />
      </label>
      <span class="second">{zoneName(zone, shown.to)}</span>
      <button type="submit" class="button">
        Show
      </button>
      <span id="range-trouble" class="wrong" role="alert">
        {trouble}
      </span>
    </form>
  )
}
