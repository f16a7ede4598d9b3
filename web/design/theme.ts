import { useEffect, useState } from 'preact/hooks'
import { remember, remembered } from '../shell/memory.ts'

export const THEME_CHOICES = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]

const KEY = 'theme'
const listeners = new Set<() => void>()

let given: ThemeChoice = 'system'

/** Of a page that stands in another's: what the other says counts, nothing is remembered. Before the first render. */
export function giveTheme(choice: ThemeChoice): void {
  given = choice
  applyTheme()
}

export function themeChoice(): ThemeChoice {
  if (given !== 'system') return given
  return THEME_CHOICES.find((choice) => choice === remembered(KEY)) ?? 'system'
}

export function chooseTheme(choice: ThemeChoice): void {
  remember(KEY, choice)
  applyTheme()
  for (const listener of listeners) listener()
}

/** Before the first render, so that nothing is drawn in the wrong light. */
export function applyTheme(): void {
  const choice = themeChoice()
  if (choice === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = choice
}

/** `light` or `dark` as it is now; the component renders anew when it changes, and canvases redraw. */
export function useTheme(): 'light' | 'dark' {
  const [theme, setTheme] = useState(currentTheme)
  useEffect(() => {
    const update = (): void => setTheme(currentTheme())
    const system = window.matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', update)
    listeners.add(update)
    return () => {
      system.removeEventListener('change', update)
      listeners.delete(update)
    }
  }, [])
  return theme
}

function currentTheme(): 'light' | 'dark' {
  const choice = themeChoice()
  if (choice !== 'system') return choice
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
