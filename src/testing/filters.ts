/** Flags that are alternatives of each other, each with whether it holds for an object. */
export type FilterGroup = readonly (readonly [bit: number, holds: boolean])[];

/** Whether an object is among those that a list was asked for: of each group that is asked for, something must hold. */
export function passesFilters(flags: number, groups: readonly FilterGroup[]): boolean {
  return groups.every((group) => {
    const wanted = group.filter(([bit]) => (flags & bit) !== 0);
    return wanted.length === 0 || wanted.some(([, holds]) => holds);
  });
}

/** What networks and storage pools have in common: filters of the same numbers. */
export interface Startable {
  readonly active: boolean;
  readonly persistent: boolean;
  readonly autostart: boolean;
}

/** How such an object is from the beginning: running, unless told otherwise. */
export interface StartableSeed {
  readonly running?: boolean;
  readonly autostart?: boolean;
}

export function startableGroups({ active, persistent, autostart }: Startable): readonly FilterGroup[] {
  return [
    [
      [0x1, !active],
      [0x2, active],
    ],
    [
      [0x4, persistent],
      [0x8, !persistent],
    ],
    [
      [0x10, autostart],
      [0x20, !autostart],
    ],
  ];
}
