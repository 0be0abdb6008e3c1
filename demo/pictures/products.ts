/**
 * Which picture is whose.
 */
import type { Markup } from '../views/html.js'
import { cape, duffle, raincoat, trench } from './coats.js'
import { bobbleHat, bowler, cap } from './hats.js'
import { boots, mittens, scarf } from './odds.js'
import { bigUmbrella, stickUmbrella } from './umbrellas.js'

const pictures: Readonly<Record<string, Markup>> = {
  lamplighter: trench,
  harbour: raincoat,
  northwall: duffle,
  encore: cape,
  clerk: bowler,
  alderman: cap,
  lightship: bobbleHat,
  drizzle: stickUmbrella,
  matinee: bigUmbrella,
  interval: scarf,
  prompter: mittens,
  puddle: boots,
}

export function pictureOf(slug: string): Markup | undefined {
  return pictures[slug]
}
