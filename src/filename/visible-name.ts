/**
 * Never part of a name: controls, line and paragraph separators, lone surrogates, noncharacters and annotation marks.
 * The same holds for ignorable characters that do not shape text, such as bidi controls.
 */
const HIDDEN =
  /(?![\u200c\u200d\p{Variation_Selector}\u{e0020}-\u{e007f}])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]/gu

/** Tags are part of the flag of a region, such as Scotland's (UTS #51, annex C). Elsewhere they are invisible. */
const FLAG_OR_TAG = /(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f})|[\u{e0020}-\u{e007f}]/gu

/** A variation selector after nothing that it could vary. */
const STRAY_SELECTOR = /(?<![^\p{White_Space}\p{Default_Ignorable_Code_Point}])\p{Variation_Selector}/gu

/** A joiner that is not between two characters that it could join or keep apart. */
const STRAY_JOINER =
  /(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{Extended_Pictographic}\p{Emoji_Modifier}])/gu

/** An extension may begin beside a dot: no ignorable character is left there. */
const BESIDE_DOT = /(?<=\.)\p{Default_Ignorable_Code_Point}+|\p{Default_Ignorable_Code_Point}+(?=\.)/gu

/**
 * The name without its invisible characters. Those that shape visible ones stay: joiners in words and emoji, selectors
 * of emoji and ideographs, the tags of a flag.
 */
export function visibleName(name: string): string {
  return name
    .replace(HIDDEN, '')
    .replace(FLAG_OR_TAG, '$1')
    .replace(STRAY_SELECTOR, '')
    .replace(STRAY_JOINER, '')
    .replace(BESIDE_DOT, '')
}
