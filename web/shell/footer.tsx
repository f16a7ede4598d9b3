import { useState } from 'preact/hooks'
import { chooseTheme, THEME_CHOICES, themeChoice } from '../design/theme.ts'
import { Choice } from './choice.tsx'

export function Footer({ onHelp }: { readonly onHelp: () => void }) {
  const [choice, setChoice] = useState(themeChoice)
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
      <span class="third">Times are UTC unless a page says otherwise.</span>
      <button type="button" class="link" onClick={onHelp}>
        Keys and marks <kbd>?</kbd>
      </button>
    </footer>
  )
}
