export const PICTURE_FONT = 'Fira Sans Condensed'

export const COLOUR = {
  paper: '#FFFFFF',
  ink: '#0F1E27',
  ink2: '#46565F',
  ink3: '#5F6F78',
  rule: '#DAE1E4',
  rule2: '#B4C0C6',
  wrong: '#BF3015',
  water: '#1B7FA8',
  shore: '#5990AB',
  waterText: '#2B799C',
  ghost: '#82919A',
  hatch: '#87959D',
} as const

export const PLOT = { left: 0, top: 50, bottom: 34, rightForAxis: 38, rightForLabels: 104 } as const

export const TITLE_Y = 11

export const MARKS_Y = 33

/** Mean width of a letter of the picture's font at 13 px: the renderer here can't measure it, and labels need it. */
export const LETTER_WIDTH = 6.1
