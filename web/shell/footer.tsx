import { useState } from 'preact/hooks'
import { chooseTheme, THEME_CHOICES, themeChoice } from '../design/theme.ts'
import { chooseZone, useZone } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { zoneName } from '../words/time.ts'
import { Choice } from './choice.tsx'

const ZONES: readonly Zone[] = ['utc', 'local']

export function Footer({ onHelp }: { readonly onHelp: () => void }) {
  const [choice, setChoice] = useState(themeChoice)
  const zone = useZone()
  return (
    <footer class="foot">
      <Choice
        name="Theme"
        options={THEME_CHOICES.map((theme) => ({ value: theme, word: theme === 'system' ? 'as the system' : theme }))}
        chosen={choice}
        onChoose={(theme) => {
          chooseTheme(theme)
          setChoice(theme)
        }}
      />
      <Choice
        name="Times"
        options={ZONES.map((value) => ({
          value,
          word: value === 'utc' ? 'UTC' : `local (${zoneName('local', Date.now())})`,
        }))}
        chosen={zone}
        onChoose={chooseZone}
        letter="z"
      />
      <button type="button" class="link" onClick={onHelp}>
        Keys and marks <kbd>?</kbd>
      </button>
    </footer>
  )
}
