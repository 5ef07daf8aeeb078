/** Sets of codes that keys are numbered by: virKeycodeSet. */
export const CODE_SETS: readonly string[] = [
  "linux",
  "xt",
  "atset1",
  "atset2",
  "atset3",
  "os-x",
  "xt-kbd",
  "usb",
  "win32",
  "qnum",
];

/** Linux's names of keys, without `KEY_`, by their numbers from 1 on; `-` has no name. */
const KEYS =
  `ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE ENTER LEFTCTRL
  A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH Z X C V B N M COMMA DOT SLASH RIGHTSHIFT KPASTERISK
  LEFTALT SPACE CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NUMLOCK SCROLLLOCK KP7 KP8 KP9 KPMINUS KP4 KP5 KP6 KPPLUS KP1
  KP2 KP3 KP0 KPDOT - ZENKAKUHANKAKU 102ND F11 F12 RO KATAKANA HIRAGANA HENKAN KATAKANAHIRAGANA MUHENKAN KPJPCOMMA
  KPENTER RIGHTCTRL KPSLASH SYSRQ RIGHTALT LINEFEED HOME UP PAGEUP LEFT RIGHT END DOWN PAGEDOWN INSERT DELETE MACRO
  MUTE VOLUMEDOWN VOLUMEUP POWER KPEQUAL KPPLUSMINUS PAUSE SCALE KPCOMMA HANGEUL HANJA YEN LEFTMETA RIGHTMETA COMPOSE`
    .split(/\s+/)
    .map((name) => `KEY_${name}`);

const GREATEST = 65_535;

/** The number of a key: a number as it is, or a name where the set is Linux's. Undefined for what is neither. */
export function keyCode(text: string, set: string): number | undefined {
  if (/^(?:\d+|0x[\da-f]+)$/i.test(text)) {
    const code = Number(text);
    return code > 0 && code <= GREATEST ? code : undefined;
  }
  const at = set === "linux" ? KEYS.indexOf(text) : -1;
  return at < 0 ? undefined : at + 1;
}
