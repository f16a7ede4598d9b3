import { useEffect, useState } from 'preact/hooks'

/** Date.now(), anew every `everyMs`: only for ages and countdowns. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs])
  return now
}
