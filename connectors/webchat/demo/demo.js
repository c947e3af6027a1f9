/* The demo shop's own script. Its page allows no style sheet and no inline style (style-src 'none'), so
 * the looks come from here too, by adoptedStyleSheets; it stands in <head> and blocks, so nothing flashes. */
'use strict';

const css = `
:root {
  --bg: #fbf8f1; --card: #fff; --ink: #1f2a24; --soft: #5c665f; --line: #e5dfd0; --band: #f1ebdc;
  --leaf: #2c6a4a; --on: #fff; --sky: #e6efe2; --disc: #f6cf7e; --far: #b9d2b4; --near: #86b08a; --rows: #5f9470;
  --board: #b98a5c; --pot: #2c6a4a; --cup: #fffaf0; --steam: #fff; --brew: #b5622a;
  color-scheme: light;
}
:root[data-theme='dark'] {
  --bg: #131714; --card: #1b211d; --ink: #ecefe9; --soft: #a4afa6; --line: #2e3730; --band: #191f1b;
  --leaf: #7cc79a; --on: #0d1f15; --sky: #1c2a2b; --disc: #e9d9a6; --far: #22403a; --near: #1d362c; --rows: #2c5240;
  --board: #4c3826; --pot: #3f8a63; --cup: #e9e2d2; --steam: #9fb3aa; --brew: #a85a2a;
  color-scheme: dark;
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 80px; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 400 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif; }
h1, h2, .brand, .card h3 { font-family: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, serif; font-weight: 600; letter-spacing: -0.01em; }
h1, h2, h3, p, ul { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: inherit; }
button, select { font: inherit; color: inherit; cursor: pointer; }
:focus-visible { outline: 2px solid var(--leaf); outline-offset: 3px; }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.defs { position: absolute; }
.skip { position: absolute; left: 16px; top: -60px; z-index: 3; padding: 8px 16px; background: var(--card); border-radius: 8px; }
.skip:focus { top: 12px; }
.wrap { width: min(1120px, 100% - 48px); margin-inline: auto; }
.top { position: sticky; top: 0; z-index: 2; background: color-mix(in srgb, var(--bg) 92%, transparent); backdrop-filter: blur(8px); border-bottom: 1px solid var(--line); }
.bar { display: flex; align-items: center; gap: 8px; height: 64px; }
.brand { display: flex; align-items: center; gap: 10px; margin-inline-end: auto; font-size: 21px; text-decoration: none; white-space: nowrap; }
.brand svg { width: 28px; height: 28px; color: var(--leaf); }
nav { display: flex; gap: 28px; margin-inline-end: 20px; }
nav a { text-decoration: none; color: var(--soft); font-size: 15px; }
nav a:hover { color: var(--ink); }
.round { position: relative; width: 44px; height: 44px; display: grid; place-items: center; border: 0; border-radius: 50%; background: none; }
.round:hover { background: var(--band); }
.round svg { width: 22px; height: 22px; }
.count { position: absolute; top: 2px; right: 0; min-width: 18px; height: 18px; border-radius: 9px; background: var(--leaf); color: var(--on); font: 600 11px/18px system-ui, sans-serif; text-align: center; }
.count:empty { display: none; }
.hero { display: grid; grid-template-columns: 1fr 1fr; gap: 56px; align-items: center; padding: 56px 0 72px; }
.kicker { color: var(--leaf); font-weight: 600; font-size: 14px; }
h1 { margin: 12px 0 20px; font-size: clamp(38px, 5vw, 60px); line-height: 1.06; text-wrap: balance; }
.lead { max-width: 34em; color: var(--soft); font-size: 18px; line-height: 28px; }
.acts { display: flex; flex-wrap: wrap; gap: 12px; margin: 28px 0; }
.button { display: inline-flex; align-items: center; min-height: 48px; padding: 0 24px; border: 1px solid var(--leaf); border-radius: 24px; background: var(--leaf); color: var(--on); font-weight: 600; text-decoration: none; }
.button.quiet { background: none; color: var(--ink); border-color: var(--soft); font-weight: 500; }
.button.small { min-height: 40px; padding: 0 20px; font-size: 15px; }
.button:hover { filter: brightness(1.06); }
.facts { display: flex; flex-wrap: wrap; gap: 4px 24px; color: var(--soft); font-size: 14px; }
.scene { width: 100%; height: auto; display: block; border-radius: 5.4%; }
.sky { fill: var(--sky); } .disc { fill: var(--disc); } .far { fill: var(--far); } .near { fill: var(--near); }
.rows { stroke: var(--rows); } .board { fill: var(--board); } .pot { color: var(--pot); } .cup { color: var(--cup); }
.steam { stroke: var(--steam); opacity: 0.9; } .brewed { fill: var(--brew); }
.head { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: baseline; justify-content: space-between; margin-bottom: 24px; }
h2 { font-size: 32px; line-height: 40px; text-wrap: balance; }
.head p { color: var(--soft); }
.grid { display: grid; grid-template-columns: repeat(3, 1fr); gap: 32px 24px; padding-bottom: 72px; }
.shelf { position: relative; display: grid; place-items: end center; height: 232px; padding-bottom: 24px; border-radius: 16px; background: color-mix(in srgb, currentColor 16%, var(--card)); }
.tin { width: 132px; height: 165px; transition: transform 0.2s ease; }
.card:hover .tin { transform: translateY(-4px); }
.flag { position: absolute; top: 14px; left: 14px; padding: 3px 12px; border-radius: 12px; background: var(--card); color: var(--ink); font-size: 13px; }
.tin-rust { color: #9c4a2b; } .tin-gold { color: #b98420; } .tin-green { color: #4f7f42; } .tin-teal { color: #2c7a78; } .tin-rose { color: #b76a72; } .tin-plum { color: #7b4a66; }
.kind { margin-top: 14px; color: var(--soft); font-size: 13px; }
.card h3 { margin: 2px 0; font-size: 20px; line-height: 28px; }
.notes { color: var(--soft); font-size: 15px; }
.buy { display: flex; align-items: center; justify-content: space-between; margin-top: 10px; }
.buy span { color: var(--soft); font-size: 14px; }
.buy button { min-height: 40px; padding: 0 20px; border: 1px solid var(--line); border-radius: 20px; background: var(--card); font-weight: 500; }
.buy button:hover { border-color: var(--leaf); }
.band { background: var(--band); border-block: 1px solid var(--line); padding: 56px 0; }
table { width: 100%; margin-top: 20px; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 12px 16px 12px 0; text-align: start; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--soft); font-size: 14px; }
tbody th { font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
.ask { display: grid; grid-template-columns: 1fr 1fr; gap: 56px; align-items: start; padding: 72px 0; }
.ask > div > p { margin-top: 12px; color: var(--soft); }
.topics { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 20px; }
.topics button { min-height: 44px; padding: 0 18px; border: 1px solid var(--line); border-radius: 22px; background: var(--card); text-align: start; }
.topics button:hover { border-color: var(--leaf); }
.embed { padding: 24px; border: 1px solid var(--line); border-radius: 16px; background: var(--card); min-width: 0; }
.embed h3 { font-size: 17px; line-height: 24px; }
pre { margin: 12px 0; padding: 14px 16px; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 10px; background: var(--band); }
code { font: 13px/20px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 12px 20px; }
.row select { min-height: 36px; margin-inline-start: 8px; padding: 0 8px; border: 1px solid var(--soft); border-radius: 8px; background: var(--card); }
.swatches { display: flex; gap: 8px; }
.swatches button { width: 28px; height: 28px; border: 2px solid var(--card); border-radius: 50%; box-shadow: 0 0 0 1px var(--line); background: #0e6b5a; }
.swatches button:nth-child(2) { background: #2f5fd0; } .swatches button:nth-child(3) { background: #a8431f; } .swatches button:nth-child(4) { background: #6b3fa0; }
.swatches [aria-pressed='true'] { box-shadow: 0 0 0 2px var(--ink); }
.embed .fine { font-size: 14px; }
footer { padding: 24px 0 104px; border-top: 1px solid var(--line); color: var(--soft); font-size: 14px; }
@media (max-width: 860px) {
  .hero, .ask { grid-template-columns: 1fr; gap: 32px; padding: 32px 0 56px; }
  .grid { grid-template-columns: repeat(2, 1fr); gap: 28px 16px; }
  nav { display: none; }
}
@media (max-width: 480px) {
  .wrap { width: calc(100% - 32px); }
  .shelf { height: 176px; padding-bottom: 16px; }
  .tin { width: 100px; height: 125px; }
  .card h3 { font-size: 17px; line-height: 24px; }
  .notes { font-size: 14px; line-height: 20px; }
  .buy { flex-wrap: wrap; gap: 8px; }
  .buy button { width: 100%; }
  .flag { top: 10px; left: 10px; font-size: 12px; }
  h2 { font-size: 26px; line-height: 34px; }
  .bar { gap: 0; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } .tin { transition: none; } }
`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [sheet];

/* Calls made before the widget is there wait in a queue, as any embedding page would do it. */
window.tandem = window.tandem || function tandem() {
  (tandem.q = tandem.q || []).push(arguments);
};

const root = document.documentElement;
const wanted = new URLSearchParams(location.search).get('theme');
const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = (t) => {
  root.dataset.theme = t;
  window.tandem('theme', t);
};
theme(wanted === 'dark' || wanted === 'light' ? wanted : dark.matches ? 'dark' : 'light');
dark.addEventListener('change', () => theme(dark.matches ? 'dark' : 'light'));

document.addEventListener('DOMContentLoaded', () => {
  const $ = (id) => document.getElementById(id);
  const each = (selector, run) => document.querySelectorAll(selector).forEach(run);
  let items = 0;

  $('theme').addEventListener('click', () => theme(root.dataset.theme === 'dark' ? 'light' : 'dark'));

  each('[data-add]', (b) =>
    b.addEventListener('click', () => {
      items++;
      $('basket').querySelector('.count').textContent = String(items);
      $('basket').setAttribute('aria-label', `Basket, ${items} items`);
    }),
  );

  each('[data-chat]', (b) =>
    b.addEventListener('click', () => {
      if (b.dataset.chat) window.tandem('prefill', { message: b.dataset.chat });
      window.tandem('open');
    }),
  );

  const widget = document.querySelector('script[data-channel]');
  const line = `<script async src="${new URL(widget.src).href}" data-channel="${widget.dataset.channel}"></` + 'script>';
  $('line').textContent = line;
  $('copy').addEventListener('click', () =>
    navigator.clipboard.writeText(line).then(
      () => ($('copied').textContent = 'Copied'),
      () => getSelection().selectAllChildren($('line')),
    ),
  );

  $('lang').addEventListener('change', (e) => window.tandem('lang', e.target.value));
  each('[data-accent]', (b) =>
    b.addEventListener('click', () => {
      each('[data-accent]', (x) => x.setAttribute('aria-pressed', String(x === b)));
      if (b.dataset.accent) root.style.setProperty('--tandem-accent', b.dataset.accent);
      else root.style.removeProperty('--tandem-accent');
    }),
  );
});
