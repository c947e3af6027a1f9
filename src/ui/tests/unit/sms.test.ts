import assert from 'node:assert/strict';
import test from 'node:test';
import { countSms, outsideGsm } from '../../src/lib/sms';

const seg = (t: string) => countSms(t).segments;

test('GSM-7: 160 alone, 153 each when joined', () => {
  assert.deepEqual(countSms(''), { encoding: 'GSM-7', segments: 0, left: 160, units: 0 });
  assert.deepEqual(countSms('a'.repeat(160)), { encoding: 'GSM-7', segments: 1, left: 0, units: 160 });
  assert.deepEqual(countSms('a'.repeat(161)), { encoding: 'GSM-7', segments: 2, left: 145, units: 161 });
  assert.equal(seg('a'.repeat(306)), 2);
  assert.equal(seg('a'.repeat(307)), 3);
});

test('the extension table costs two, and is not cut in half', () => {
  assert.equal(countSms('€').units, 2);
  assert.equal(seg('{}[]~\\|^€'.repeat(8)), 1); // 144 septets
  assert.equal(seg('€'.repeat(80)), 1);
  assert.equal(seg('€'.repeat(81)), 2);
  // 152 + a euro sign: it does not fit into the last septet of the first part.
  assert.equal(seg('a'.repeat(152) + '€' + 'a'.repeat(151)), 2);
  assert.equal(seg('a'.repeat(152) + '€' + 'a'.repeat(152)), 3);
});

test('one character outside makes it UCS-2: 70 alone, 67 each', () => {
  assert.equal(countSms('naïve').encoding, 'UCS-2');
  assert.equal(countSms('Grüße, ñ, Ω').encoding, 'GSM-7');
  assert.equal(seg('ы'.repeat(70)), 1);
  assert.equal(seg('ы'.repeat(71)), 2);
  assert.equal(seg('ы'.repeat(134)), 2);
  assert.equal(seg('ы'.repeat(135)), 3);
});

test('a surrogate pair is two units and is never cut', () => {
  assert.equal(countSms('😀').units, 2);
  assert.equal(seg('😀'.repeat(35)), 1);
  assert.equal(seg('ы'.repeat(66) + '😀' + 'ы'.repeat(65)), 2);
  assert.equal(seg('ы'.repeat(66) + '😀' + 'ы'.repeat(66)), 3);
});

test('which characters are to blame', () => {
  assert.deepEqual(outsideGsm('a—b—“c”'), ['—', '“', '”']);
  assert.deepEqual(outsideGsm('plain'), []);
});
