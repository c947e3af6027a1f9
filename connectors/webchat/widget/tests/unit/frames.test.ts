import assert from 'node:assert/strict';
import test from 'node:test';
import { byteLength, cleanText, fitText, MAX_BYTES, parseFrame } from '../../src/core/frames';
import { parseKept } from '../../src/core/keep';
import { retryDelay } from '../../src/core/backoff';

test('malformed frames are ignored', () => {
  const bad = [
    '', 'null', '[]', '1', '"x"', '{', '{}', '{"t":1}', '{"t":"nonsense"}', '{"t":"visit"}', '{"t":"visit","state":"odd"}',
    '{"t":"ack"}', '{"t":"ack","id":5}', '{"t":"delivered","seq":-1}', '{"t":"delivered","seq":1e99}', '{"t":"store"}',
    '{"t":"welcome"}', '{"t":"welcome","token":{}}', `{"t":"ack","id":"${'x'.repeat(1 << 20)}"}`,
  ];
  for (const raw of bad) assert.equal(parseFrame(raw), null, raw.slice(0, 60));
  for (const raw of [new ArrayBuffer(4), 5, null, undefined, {}]) assert.equal(parseFrame(raw), null);
});

test('what is malformed inside a frame is left out', () => {
  const f = parseFrame(
    '{"t":"messages","items":[{"seq":1,"direction":"in","text":"a"},{"seq":"2","direction":"in","text":"b"},' +
      '{"seq":3,"direction":"up","text":"c"},{"seq":4,"direction":"out","text":5},null,7,{"seq":5,"direction":"out","text":"e","at":"x","name":{}}],"last":"9"}',
  );
  assert.ok(f?.t === 'messages');
  assert.deepEqual(f.items.map((l) => l.seq), [1, 5]);
  assert.equal(f.last, 0);
  assert.deepEqual([f.items[1].at, f.items[1].name], [0, '']);
});

test('configuration', () => {
  const f = parseFrame(
    '{"t":"welcome","token":"t","config":{"name":"Shop","form":[{"id":"name","required":true},{"label":"no id"},{"id":"topic","type":"select","options":["a",1,"b"]}]}}',
  );
  assert.ok(f?.t === 'welcome');
  assert.equal(f.config.open, false); // false is left out on the wire
  assert.deepEqual(f.config.form.map((x) => [x.id, x.type, x.required, x.options]), [
    ['name', 'text', true, []],
    ['topic', 'select', false, ['a', 'b']],
  ]);
});

test('text that may be sent', () => {
  assert.equal(cleanText('  a\r\nb\u0000\u001b[31m\tc  '), 'a\nb[31m\tc');
  assert.equal(cleanText('x'.repeat(9000)).length, MAX_BYTES);
  assert.equal(cleanText('a\ud800b'), 'a\ufffdb');
  assert.equal(cleanText('👍'), '👍');
  assert.equal(cleanText('x'.repeat(MAX_BYTES - 1) + '👍'), 'x'.repeat(MAX_BYTES - 1)); // never half of it
  for (const c of ['語', '👍', 'é', 'x']) {
    const fits = fitText(c.repeat(9000));
    assert.ok(byteLength(fits) <= MAX_BYTES && byteLength(fits) > MAX_BYTES - 4, c);
  }
  const worst = JSON.stringify({ t: 'send', id: 'x'.repeat(40), text: cleanText('"\n'.repeat(9000)) });
  assert.ok(Buffer.byteLength(worst) < 16 * 1024, `${Buffer.byteLength(worst)}`);
});

test('what another program left in the storage', () => {
  for (const raw of [null, '', 'x', '[]', '{}', 'null', '5', '{"token":5}']) assert.equal(parseKept(raw), null);
  const k = parseKept('{"token":"t","read":-4,"pending":[{"id":"a-1","t":"send","text":"x"},{"id":"<b>","t":"send","text":"x"},{"id":"c-1","t":"send"},{"id":"d-1","t":"drop"},null,{"id":"e-1","t":"open","fields":{"a":1,"b":"c"}}]}');
  assert.deepEqual(k?.pending.map((p) => p.id), ['a-1', 'e-1']);
  assert.deepEqual(k?.pending[1].fields, { b: 'c' });
  assert.equal(k?.read, 0);
});

test('delays grow, have a bound, and differ', () => {
  assert.ok(retryDelay(0, 1006, 0) >= 400 && retryDelay(0, 1006, 0.99) <= 800);
  for (let n = 0; n < 2000; n++) assert.ok(retryDelay(n, 1006, 0.999) <= 30_000);
  assert.ok(retryDelay(8, 1006, 0) >= 15_000);
  assert.notEqual(retryDelay(3, 1006, 0.1), retryDelay(3, 1006, 0.9));
  assert.ok(retryDelay(0, 4403, 0) >= 60_000);
  assert.ok(retryDelay(0, 4429, 0) >= 30_000);
  assert.ok(retryDelay(0, 1012, 0.99) < 5000);
});
