/** Colours and fonts that a canvas needs; the values stand in design/tokens.css and are read from there. */
export interface ChartTheme {
  readonly paper: string
  readonly weekend: string
  readonly ink: string
  readonly ink3: string
  readonly rule: string
  readonly accent: string
  readonly wrong: string
  readonly waterFill: string
  readonly waterForecast: string
  readonly shore: string
  readonly shortfall: string
  readonly ghost: string
  readonly hatch: string
  /** Of lines that share a plot, largest first. */
  readonly parts: readonly string[]
  readonly rest: string
  readonly font: string
}

const PART_TOKENS = [
  '--part-1',
  '--part-2',
  '--part-3',
  '--part-4',
  '--part-5',
  '--part-6',
  '--part-7',
  '--part-8',
] as const

/** Resolves the tokens as they hold for `element` now, in the light or the dark. */
export function readTheme(element: HTMLElement): ChartTheme {
  const probe = document.createElement('span')
  probe.hidden = true
  element.append(probe)
  const colour = (token: string): string => {
    probe.style.color = `var(${token})`
    return getComputedStyle(probe).color
  }
  const theme = {
    paper: colour('--paper'),
    weekend: colour('--weekend'),
    ink: colour('--ink'),
    ink3: colour('--ink-3'),
    rule: colour('--rule'),
    accent: colour('--accent'),
    wrong: colour('--wrong'),
    waterFill: colour('--water-fill'),
    waterForecast: colour('--water-forecast'),
    shore: colour('--shore'),
    shortfall: colour('--shortfall'),
    ghost: colour('--ghost'),
    hatch: colour('--hatch'),
    parts: PART_TOKENS.map(colour),
    rest: colour('--part-rest'),
    // ECharts puts it into an attribute of its SVG as it is, which a double quote would end.
    font: getComputedStyle(element).getPropertyValue('--condensed').trim().replaceAll('"', "'"),
  }
  probe.remove()
  return theme
}
