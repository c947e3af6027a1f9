import assert from 'node:assert/strict';
import test from 'node:test';
import { countdown } from '../../src/lib/countdown';
import { age, clock, snoozePresets, spoken } from '../../src/lib/time';
import { sla } from '../../src/lib/sla';
import { backoff, BACKOFF_MAX_MS } from '../../src/net/backoff';
import { add, offset, sample } from '../../src/net/clock';

test('the countdown runs by the server’s clock, and never below zero or above the whole', () => {
  const at = (now: number) => countdown(1_000, 21_000, now);
  assert.deepEqual(at(1_000), { leftMs: 20_000, seconds: 20, part: 1, urgent: false, over: false });
  assert.equal(at(11_000).part, 0.5);
  assert.equal(at(20_500).seconds, 1, 'one second is left until the end');
  assert.equal(at(16_000).urgent, true);
  assert.deepEqual(at(30_000), { leftMs: 0, seconds: 0, part: 0, urgent: false, over: true });
  assert.equal(at(-5_000).part, 1, 'a clock that lags does not overfill the ring');
});

test('an offer without a deadline never ends', () => {
  assert.equal(countdown(0, 0, 99).over, false);
});

test('the server’s time comes from the shortest round trip', () => {
  let s = add([], sample(1_000_400, 0, 800)); // slow: 800 ms
  assert.equal(offset(s), 1_000_000);
  s = add(s, sample(1_000_110, 1_000, 1_020)); // 20 ms
  assert.equal(offset(s), 999_100);
  s = add(s, sample(2_000_000, 2_000, 9_000));
  assert.equal(offset(s), 999_100);
  s = add(s, sample(5_000_000, 1_000_000, 1_000_100));
  assert.equal(offset(s), 4_000_000 - 50, 'old samples are forgotten');
});

test('waiting times double up to 20 s, half of them random, for ever', () => {
  assert.equal(backoff(0, () => 1), 500);
  assert.equal(backoff(0, () => 0), 250);
  assert.equal(backoff(3, () => 1), 4_000);
  assert.equal(backoff(1_000, () => 1), BACKOFF_MAX_MS);
  for (let i = 0; i < 50; i++) assert.ok(backoff(i) >= 250 && backoff(i) <= BACKOFF_MAX_MS);
});

test('durations for people', () => {
  assert.deepEqual([5_000, 34_000, 90_000, 3_700_000, 90_000_000].map(age), ['now', '30 s', '1 m', '1 h', '1 d']);
  assert.deepEqual([0, 7_000, 134_000, 3_729_000].map(clock), ['0:00', '0:07', '2:14', '1:02:09']);
  assert.equal(spoken(61_000), '1 minute 1 second');
});

test('snoozing ends in the future, and not twice at the same time', () => {
  const sunday = new Date(2026, 10, 22, 19, 0).getTime();
  const presets = snoozePresets(sunday);
  assert.ok(presets.every((p) => p.at > sunday));
  assert.equal(new Set(presets.map((p) => p.at)).size, presets.length);
});

test('how late', () => {
  assert.deepEqual([10, 75, 100].map((w) => sla(w, 100)), ['ok', 'warn', 'late']);
  assert.equal(sla(10, 0), 'none');
});
