import { DARK, FONTS, LIGHT, PICTURE_STYLE, type Palette } from "../picture/style";

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${value}`)
    .join(";");

/** The page's rules: light, dark, narrow, printed. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.55 ${FONTS.FONT};font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main,header,footer,nav{max-width:68rem;margin:0 auto;padding:0 1.5rem}
code,pre,.mono{font-family:${FONTS.MONO};font-size:.86em}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-200vw;padding:.5rem 1rem;background:var(--paper);z-index:1}
.skip:focus{left:1rem;top:1rem}
header{padding-top:3rem}
.over{margin:0;color:var(--muted);font-size:.9rem}
h1{margin:.1rem 0 .4rem;font-size:2rem;line-height:1.2;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{margin:3rem 0 1rem;font-size:1.35rem;line-height:1.25;letter-spacing:-.01em}
h3{margin:0;font-size:1.1rem;line-height:1.35;overflow-wrap:anywhere}
h4{margin:1.75rem 0 .5rem;font-size:.95rem}
p{margin:.5rem 0;max-width:46rem;overflow-wrap:anywhere}
.lead{font-size:1.05rem}
.muted{color:var(--muted)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:1.25rem 0 0;padding:.6rem 0;border-block:1px solid var(--line);font-size:.92rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:1rem 1.5rem;margin:1.5rem 0 0}
.figures div{border-top:2px solid var(--line);padding-top:.5rem}
.figures dt{color:var(--muted);font-size:.85rem}
.figures dd{margin:0;font-size:1.35rem;font-weight:600;letter-spacing:-.01em;line-height:1.3}
.figures small{display:block;font-size:.85rem;font-weight:400;letter-spacing:0;color:var(--muted)}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.scroll{overflow-x:auto;max-width:100%}
.picture .rh-picture{display:block;max-width:100%;height:auto;min-width:40rem}
figure{margin:1rem 0}
figcaption,caption{color:var(--muted);font-size:.9rem;text-align:left;padding:0 0 .5rem}
figcaption b,caption b{color:var(--text);font-weight:600}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.35rem .75rem .35rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-weight:600;font-size:.82rem;vertical-align:bottom;white-space:nowrap}
tbody th{font-weight:400}
.num{text-align:right;white-space:nowrap}
.num+:not(.num){padding-left:.75rem}
.name{overflow-wrap:anywhere;min-width:9rem}
.hash{font-family:${FONTS.MONO};font-size:.76rem;overflow-wrap:anywhere;min-width:8rem}
.state{white-space:nowrap;font-weight:600}
.good{color:var(--good)}.bad{color:var(--bad)}.fence{color:var(--fence)}.doing{color:var(--accent)}
.migration{border-top:1px solid var(--line)}
.group .migration{content-visibility:auto;contain-intrinsic-size:auto 3.6rem}
.migration:last-of-type{border-bottom:1px solid var(--line)}
.migration>details>summary{display:flex;flex-wrap:wrap;gap:.1rem 1rem;align-items:baseline;padding:.8rem 0;list-style:none;cursor:pointer}
.migration>details>summary::-webkit-details-marker{display:none}
.migration>details>summary::before{content:"";flex:none;width:.45rem;height:.45rem;border:solid var(--muted);border-width:0 2px 2px 0;transform:rotate(-45deg);align-self:center}
.migration>details[open]>summary::before{transform:rotate(45deg) translate(-1px,-1px)}
.migration>details>summary .when{margin-left:auto;color:var(--muted);font-size:.9rem;white-space:nowrap}
.migration .body{padding:0 0 2rem 1.45rem}
summary{cursor:pointer}
.part>summary{color:var(--muted);font-size:.9rem;padding:.3rem 0}
.part>summary b{color:var(--text)}
.group>summary{padding:.8rem 0;border-top:1px solid var(--line)}
.route{overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;margin:.5rem 0;font-size:.95rem}
.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
.stages{table-layout:fixed}
.stages th:first-child{width:5.5rem}.stages .what{width:34%}.stages .num{width:6rem}
.scroll+.scroll{margin-top:1.25rem}
.axis{display:flex;justify-content:space-between;gap:1rem;font-weight:400}
.stages .bar{padding-top:.65rem;padding-left:.25rem}
.stages svg{display:block;width:100%;height:.7rem;overflow:visible}
.stages rect.span{fill:var(--accent)}.stages rect.held{fill:var(--fence-soft)}.stages .under rect.span{fill:var(--fence)}
.stages .cut rect.span{fill:none;stroke:var(--bad);stroke-width:1.5}
.plot{display:block;width:100%;min-width:34rem;max-width:44rem;height:auto}
.plot text{font:11.5px ${FONTS.FONT};fill:var(--muted)}
.plot .grid{stroke:var(--line);stroke-width:1}.plot .tick{stroke:var(--muted)}
.plot .area{fill:var(--accent-soft)}.plot .curve{fill:none;stroke:var(--accent);stroke-width:1.75;stroke-linejoin:round}
.unread{border-left:3px solid var(--bad);padding:.1rem 1rem;margin:1rem 0}.unread ul{margin:.25rem 0 .5rem;padding-left:1.2rem;overflow-wrap:anywhere}
.findings{padding:0;margin:.5rem 0;list-style:none}.findings li{padding:.5rem 0 .5rem 1rem;border-left:3px solid var(--fence);margin:.5rem 0}
.findings p{margin:0}
h3+p{margin-top:.25rem}section>h3{margin-top:1.75rem}
pre{margin:.5rem 0 1rem;padding:.75rem 1rem;background:var(--raised);border:1px solid var(--line);border-radius:6px;overflow-x:auto;line-height:1.5}
.error{white-space:pre-wrap;border-left:3px solid var(--bad)}
.filter{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;margin:.5rem 0;font-size:.9rem}
.filter input[type=search]{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--muted);border-radius:5px;padding:.3rem .6rem;width:16rem;max-width:100%}
footer{margin-top:4rem;padding-bottom:3rem;color:var(--muted);font-size:.88rem}
[hidden]{display:none!important}
@media (max-width:44rem){
main,header,footer,nav{padding-inline:1rem}
header{padding-top:1.5rem}h1{font-size:1.6rem}
.migration .body{padding-left:0}.migration>details>summary .when{margin-left:1.45rem;flex-basis:100%}
.stages .what{display:none}
.facts{grid-template-columns:1fr}.facts dd{margin-bottom:.4rem}
}
@media print{
:root{color-scheme:light;${variables(LIGHT)}}
@page{margin:16mm 14mm}
body{font-size:10.5pt}main,header,footer,nav{max-width:none;padding-inline:0}header{padding-top:0}
nav,.skip,.filter{display:none}
.group .migration{content-visibility:visible}
h2,h3,h4,caption,figcaption,summary{break-after:avoid}
figure,svg,tr,.findings li,pre,.figures div{break-inside:avoid}
thead{display:table-header-group}
table{font-size:8.5pt}th,td{padding-right:.5rem}thead th,.state{white-space:normal}.name{min-width:0}.hash{min-width:0;font-size:6.5pt}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.scroll{overflow:visible}.picture .rh-picture,.plot{min-width:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
${PICTURE_STYLE}`;
