import assert from 'node:assert/strict';
import test from 'node:test';
import { stageOf, noticeOf } from '../../src/core/stage';
import { bannerOf } from '../../src/panel/banner';
import { pieces } from '../../src/panel/linkify';
import { rowsOf } from '../../src/panel/rows';
import { words as short } from '../../src/loader/words';
import { languages, tongue } from '../../src/words';
import { world } from './fake';

const links = (text: string) => pieces(text).filter((p) => p.href).map((p) => p.text);

test('links', () => {
  assert.deepEqual(links('see https://example.org/a, or www.example.org.'), ['https://example.org/a', 'www.example.org']);
  assert.deepEqual(links('(https://en.wikipedia.org/wiki/Tea_(meal))'), ['https://en.wikipedia.org/wiki/Tea_(meal)']);
  assert.deepEqual(links('javascript:alert(1) data:text/html,x ftp://a.b http:// https://'), []);
  assert.deepEqual(links('<img src=x onerror=alert(1)>'), []);
  assert.deepEqual(links('https://a.b/"onmouseover="x'), ['https://a.b/']);
  for (const text of ['', 'plain', 'a https://x.y b', 'https://x.y', 'www.x.y…']) {
    assert.equal(pieces(text).map((p) => p.text).join(''), text);
  }
  const long = 'https://x.y/' + '.'.repeat(20_000) + ' end';
  const from = Date.now();
  pieces(long);
  assert.ok(Date.now() - from < 500);
});

test('every language has every sentence, with the same places', () => {
  const places = (s: string) => (s.match(/\{\w+\}/g) ?? []).sort().join();
  assert.deepEqual(Object.keys(languages).sort(), ['ar', 'de', 'en', 'es', 'fr', 'pt']);
  assert.deepEqual(Object.keys(short).sort(), Object.keys(languages).sort());
  for (const [lang, words] of Object.entries(languages)) {
    assert.deepEqual(Object.keys(words), Object.keys(languages.en), lang);
    for (const [key, text] of Object.entries(words)) {
      const en = languages.en[key as keyof typeof words];
      assert.ok(text.trim(), `${lang}.${key}`);
      assert.equal(places(text), places(en), `${lang}.${key}`);
      if (lang === 'ar') assert.match(text, /[\u0600-\u06ff]/, `ar.${key}`);
    }
  }
});

test('a tongue from what the page says', () => {
  assert.equal(tongue('de-AT').words, languages.de);
  assert.equal(tongue('pt_BR').lang, 'pt-BR');
  assert.equal(tongue('ar').dir, 'rtl');
  for (const odd of ['', 'xx', 'constructor', 'en-!!', 'it']) assert.equal(tongue(odd).words, languages.en, odd);
  assert.equal(tongue('en').minutes(180_000), '3 minutes');
  assert.equal(tongue('de').minutes(10), '1 Minute');
  assert.equal(tongue('en').say('position', { n: 4 }), 'You are number 4 in the queue');
});

test('rows: days, groups, marks', () => {
  const at = new Date(2026, 4, 5, 12).getTime();
  const line = (seq: number, direction: 'in' | 'out', min: number, name = '') => ({ seq, direction, text: `${seq}`, at: at + min * 60_000, name, id: '' });
  const rows = rowsOf([line(0, 'in', 0), line(1, 'in', 0), line(2, 'in', 1), line(3, 'out', 2, 'Anna'), line(4, 'out', 3, 'Bob'), line(5, 'in', 24 * 60)], [], 2, 1, 'Shop');
  assert.deepEqual(rows.map((r) => r.kind), ['day', 'mine', 'mine', 'mine', 'theirs', 'theirs', 'day', 'mine']);
  assert.deepEqual(rows.slice(1).map((r) => r.last), [false, false, true, true, true, true, true]);
  assert.deepEqual(rows.map((r) => r.mark), ['', '', 'read', 'delivered', '', '', '', 'sent']);
  assert.deepEqual(rows.map((r) => r.name), ['', '', '', '', 'Anna', 'Bob', '', '']);
  assert.equal(new Set(rows.map((r) => r.key)).size, rows.length);
});

test('stages', () => {
  const { clock, server, tab } = world();
  server.form = [{ id: 'name', required: true }];
  const t = tab();
  assert.equal(stageOf(t.s), 'loading');
  t.start();
  assert.equal(stageOf(t.s), 'form');
  server.form = [];
  const bare = tab().start();
  assert.equal(stageOf(bare.s), 'chat');
  server.store = false;
  t.say('x');
  assert.equal(stageOf(t.s), 'chat'); // waiting to be sent
  server.store = true;
  clock.pass(60_000);
  for (const [state, stage] of [['waiting', 'chat'], ['active', 'chat'], ['closed', 'closed'], ['left-message', 'left']]) {
    server.show({ state });
    assert.equal(stageOf(t.s), stage);
  }
  t.s.again();
  assert.equal(stageOf(t.s), 'form');
  server.show({ state: 'closed' });
  assert.equal(stageOf(t.s), 'form'); // told again: the visitor still wants a new one
  t.say('new');
  server.show({ state: 'waiting' });
  clock.pass(100);
  assert.equal(stageOf(t.s), 'chat');
});

test('away: a message may be left', () => {
  const { server, tab } = world();
  server.openHours = false;
  const t = tab().start();
  assert.equal(stageOf(t.s), 'away');
  t.say('call me');
  assert.equal(stageOf(t.s), 'left');
});

test('hours pass while the page is open', () => {
  const { clock, server, tab } = world();
  const hour = 3_600_000;
  server.hours = { closes_in_ms: 2 * hour, opens_in_ms: 16 * hour };
  const t = tab().start();
  assert.equal(stageOf(t.s), 'chat');
  assert.equal(t.s.backAt(), 0);
  const from = clock.now;
  clock.pass(2 * hour - 100);
  assert.equal(stageOf(t.s), 'chat');
  const drawn = t.changes;
  clock.pass(100);
  assert.ok(t.changes > drawn); // the panel looks by itself
  assert.equal(stageOf(t.s), 'away');
  assert.ok(Math.abs(t.s.backAt() - from - 16 * hour) < 100);
  clock.pass(14 * hour);
  assert.equal(stageOf(t.s), 'chat');
  assert.equal(t.s.backAt(), 0);
});

test('closed for good, or nobody knows how long', () => {
  const { clock, server, tab } = world();
  server.openHours = false;
  const t = tab().start();
  clock.pass(1_000_000_000);
  assert.equal(stageOf(t.s), 'away');
  assert.equal(t.s.backAt(), 0);
});

test('when they are back, in words', () => {
  const en = tongue('en-GB');
  const now = new Date(2024, 0, 1, 8, 0).getTime(); // a Monday
  assert.equal(en.when(now + 3_600_000, now), '9:00');
  assert.match(en.when(now + 25 * 3_600_000, now), /^Tuesday.* 0?9:00$/);
  assert.match(en.when(now + 8 * 86_400_000 + 3_600_000, now), /^9 January.* 0?9:00$/);
  assert.match(tongue('de').when(now + 25 * 3_600_000, now), /^Dienstag.* 0?9:00$/);
});

test('the strip below the head', () => {
  const { clock, server, tab } = world();
  const en = tongue('en');
  const t = tab().start();
  t.say('x');
  clock.pass(100);
  const main = () => bannerOf(t.s, en, stageOf(t.s), noticeOf(t.s, true, clock.now, clock.now - 5000));
  server.show({ state: 'waiting', position: 3, expected_wait_ms: 240_000 });
  assert.deepEqual([main().main, main().more], ['You are number 3 in the queue', 'Expected wait: about 4 minutes']);
  server.show({ state: 'waiting', position: 1, expected_wait_ms: 20_000 });
  assert.deepEqual([main().main, main().more], ['You are next', 'Expected wait: less than a minute']);
  server.show({ state: 'waiting', expected_wait_ms: -1 });
  assert.deepEqual([main().main, main().more], ['Someone will be with you shortly', '']);
  server.show({ state: 'active', agent: 'Anna', on_call: true, expected_wait_ms: 180_000 });
  assert.equal(main().main, 'Anna is on a call, about 3 minutes');
  server.show({ state: 'active', agent: 'Anna' });
  assert.equal(main().kind, 'none');
  server.cut();
  assert.equal(main().main, en.words.reconnecting);
});
