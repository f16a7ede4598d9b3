import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { useLive } from '../api/live.ts'
import { Choice, Switch } from '../shell/choice.tsx'
import { serverNow } from '../shell/freshness.ts'
import { BREAK_DOWNS, type ChannelView, MEASURES, STEPS, TOPS } from '../view/channel-view.ts'
import { HOUR_MS } from '../words/time.ts'
import { partsForm, partsForms } from './parts-form.ts'
import { canShowMinutes, type Shown } from './range.ts'
import { RangePicker } from './range-picker.tsx'

interface ChannelOptionsProps {
  readonly view: ChannelView
  readonly range: Shown
  readonly onChange: (changes: Partial<ChannelView>) => void
  /** At the line's end: what one can do with what is shown. */
  readonly children: ComponentChildren
}

const MEASURE_WORDS = { count: 'submissions', share: 'share', index: 'index' } as const
const FORM_WORDS = { each: 'apart', lines: 'as lines', stacked: 'stacked' } as const

/** What is shown, and how: each choice is in the address bar. */
export function ChannelOptions({ view, range, onChange, children }: ChannelOptionsProps) {
  const { freshness } = useLive()
  const now = freshness === null ? Date.now() : serverNow(freshness, performance.now())
  const [showsAll, setShowsAll] = useState(false)
  const steps = STEPS.filter((step) => step !== 'minute' || canShowMinutes(range.from, range.to, now + 7 * HOUR_MS))
  return (
    <div class={`options ${showsAll ? 'options-all' : ''}`}>
      <RangePicker
        range={view.range}
        shown={range}
        now={now}
        onChange={(chosen) => onChange({ range: chosen, step: 'auto' })}
      />
      <span class="options-group options-rare">
        <Choice
          name="Step"
          options={steps.map((step) => ({ value: step, word: step }))}
          chosen={range.step}
          onChoose={(step) => onChange({ step })}
        />
        <Choice
          name="Measure"
          options={MEASURES.map((measure) => ({ value: measure, word: MEASURE_WORDS[measure] }))}
          chosen={view.measure}
          onChoose={(measure) => onChange({ measure })}
        />
      </span>
      <span class="options-group">
        <Switch word="Last week" letter="w" isOn={view.ghost} onChange={(ghost) => onChange({ ghost })} />
        <Switch word="Log scale" letter="l" isOn={view.log} onChange={(log) => onChange({ log })} />
        <Switch word="Table" letter="t" isOn={view.table} onChange={(table) => onChange({ table })} />
      </span>
      <button
        type="button"
        class="option options-toggle"
        aria-expanded={showsAll}
        onClick={() => setShowsAll(!showsAll)}
      >
        {showsAll ? 'fewer choices' : 'more choices'}
      </button>
      {children}
      <span class="options-group options-parts">
        <Choice
          name="Break down by"
          options={BREAK_DOWNS.map((by) => ({ value: by, word: by }))}
          chosen={view.by}
          onChoose={(by) => onChange({ by })}
        />
        <Choice
          name="Shown"
          options={partsForms(view.measure).map((parts) => ({ value: parts, word: FORM_WORDS[parts] }))}
          chosen={partsForm(view)}
          onChoose={(parts) => onChange({ parts })}
        />
        <Choice
          name="Top"
          options={TOPS.map((top) => ({ value: String(top), word: String(top) }))}
          chosen={String(view.top)}
          onChoose={(value) => {
            const top = TOPS.find((choice) => String(choice) === value)
            if (top !== undefined) onChange({ top })
          }}
        />
      </span>
    </div>
  )
}
