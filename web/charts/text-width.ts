let context: CanvasRenderingContext2D | null = null

/** Width in pixels of a chart's label: Fira Sans Condensed, 13 px, 500 to be on the safe side. */
export function labelWidth(text: string): number {
  context ??= document.createElement('canvas').getContext('2d')
  // Without a canvas there is no chart either; a guess keeps the words in place.
  if (context === null) return text.length * 6.4
  context.font = '500 13px "Fira Sans Condensed", "Arial Narrow", Arial, sans-serif'
  return context.measureText(text).width
}
