/** Colours of the picture and the page, for light and for dark. Blue and orange stay apart for every kind of eye. */
export const LIGHT = {
  paper: "#ffffff",
  raised: "#f6f7f9",
  sunken: "#eceff3",
  line: "#d5dae1",
  text: "#1b2430",
  muted: "#566173",
  accent: "#0a5cb8",
  accentSoft: "#e6f0fb",
  fence: "#a84300",
  fenceSoft: "#fbe3d0",
  good: "#0b6b50",
  bad: "#b3261e",
} as const;

export type Palette = Readonly<Record<keyof typeof LIGHT, string>>;

export const DARK: Palette = {
  paper: "#12161c",
  raised: "#1a2029",
  sunken: "#242c38",
  line: "#38424f",
  text: "#e6eaf0",
  muted: "#a0abba",
  accent: "#75b3f5",
  accentSoft: "#17304c",
  fence: "#f2a263",
  fenceSoft: "#4a2c14",
  good: "#63c7a3",
  bad: "#ff8f86",
};

const FONT = `ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif`;
const MONO = `ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace`;
export const FONTS = { FONT, MONO } as const;

const rules = (c: Palette): string => `
.rh-paper{fill:${c.paper};stroke:${c.line}}
.rh-host{fill:${c.raised};stroke:${c.line}}
.rh-database{fill:${c.paper};stroke:${c.line}}
.rh-schema{fill:${c.sunken}}
.rh-schema-moved{fill:${c.accentSoft}}
.rh-left{fill:none;stroke:${c.line};stroke-dasharray:3 3}
.rh-text{fill:${c.text}}
.rh-muted{fill:${c.muted}}
.rh-accent{fill:${c.accent}}
.rh-icon{fill:none;stroke:${c.muted}}
.rh-link{fill:none;stroke:${c.accent}}
.rh-link-stays{fill:none;stroke:${c.muted};stroke-opacity:.45}
.rh-end{fill:${c.accent}}
.rh-end-stays{fill:${c.muted}}`;

/** The picture's rules, as they stand in the SVG or in the page. Values are written out: not every viewer knows variables. */
export const PICTURE_STYLE = `.rh-picture text{font-family:${FONT}}.rh-picture .rh-mono{font-family:${MONO}}${rules(LIGHT)}
@media (prefers-color-scheme:dark){${rules(DARK)}
}
@media print{${rules(LIGHT)}
}`;
