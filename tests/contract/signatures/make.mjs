// Signatures made by the providers' own libraries, as data for test_signatures.c.
//   node make.mjs --write   writes vectors.json
//   node make.mjs           fails when the libraries say something else than vectors.json
import { createHash, createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import assert from 'node:assert/strict';

const require = createRequire(import.meta.url);
const twilio = require('twilio');
const { SMS } = require('@vonage/sms');
const { verifySignature } = require('@vonage/jwt');
const { Auth, AlgorithmTypes } = require('@vonage/auth');
const jwt = require('jsonwebtoken');

const NOW = 1700000000000;
const FORM = 'application/x-www-form-urlencoded';
const file = new URL('vectors.json', import.meta.url);
const vectors = [];

const form = (pairs) => new URLSearchParams(pairs).toString();

// ---- Twilio ----

function twilioForm(name, token, signedUrl, pairs, { url = signedUrl, settings = { auth_token: token }, ...rest } = {}) {
  const params = {};
  for (const [k, v] of pairs) params[k] = k in params ? [].concat(params[k], v) : v;
  const signature = twilio.getExpectedTwilioSignature(token, signedUrl, params);
  assert.ok(twilio.validateRequest(token, signature, signedUrl, params));
  vectors.push({ case: `twilio: ${name}`, by: 'twilio', settings, hook: { method: 'POST', url,
    headers: { 'content-type': FORM, 'x-twilio-signature': signature }, body: form(pairs) }, ...rest });
}

const call = [['CallSid', 'CA1234567890ABCDE'], ['Caller', '+14158675310'], ['Digits', '1234'], ['From', '+14158675310'], ['To', '+18005551212']];
twilioForm('the example of the documents', '12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', call);
twilioForm('fields in another order', '12345', 'https://chat.example/hooks/voice/t', [...call].reverse());
twilioForm('blanks, signs and letters of all kinds', 'tök€n', 'https://chat.example/hooks/sms/t',
  [['Body', 'Größe & mehr = "viel" +1 \u{1F600}\r\nzweite Zeile'], ['From', '+44 20'], ['to', 'x'], ['To', 'y'], ['Empty', '']]);
twilioForm('a name twice: sorted, without doubles', '12345', 'https://chat.example/h', [['b', '2'], ['a', 'z'], ['a', 'x'], ['a', 'z'], ['b', '10']]);
twilioForm('signed with the standard port', '12345', 'https://chat.example:443/h?x=1', call, { url: 'https://chat.example/h?x=1' });
twilioForm('signed without it', '12345', 'https://chat.example/h', call, { url: 'https://chat.example:443/h' });
twilioForm('http, its standard port, a user, IPv6', '12345', 'http://u:p@[::1]:80/h', call, { url: 'http://u:p@[::1]/h' });
twilioForm('a blank in the query as "+"', '12345', 'https://chat.example/h?name=a+b', call, { url: 'https://chat.example/h?name=a%20b' });
twilioForm('the second token', '67890', 'https://chat.example/h', call, { settings: { auth_token: '12345', auth_token_2: '67890' } });
twilioForm('another token', '67890', 'https://chat.example/h', call, { settings: { auth_token: '12345' }, verify: 'auth' });
twilioForm('another URL', '12345', 'https://chat.example/h', call, { url: 'https://chat.example/other', verify: 'auth' });
twilioForm('another port than the standard one', '12345', 'https://chat.example:8443/h', call, { url: 'https://chat.example/h', verify: 'auth' });

function twilioBody(name, body, sent = body, rest = {}) {
  const url = `https://chat.example/h?bodySHA256=${twilio.webhooks?.getExpectedBodyHash?.(body) ?? createHash('sha256').update(body).digest('hex')}`;
  const signature = twilio.getExpectedTwilioSignature('12345', url, {});
  assert.ok(twilio.validateRequestWithBody('12345', signature, url, body));
  vectors.push({ case: `twilio: ${name}`, by: 'twilio', settings: { auth_token: '12345' }, hook: { method: 'POST', url,
    headers: { 'content-type': 'application/json', 'x-twilio-signature': signature }, body: sent }, ...rest });
}
twilioBody('JSON, by its hash in the URL', '{"a": "ü"}');
twilioBody('JSON, changed on the way', '{"a": 1}', '{"a": 2}', { verify: 'auth' });
vectors.push({ case: 'twilio: a body that nobody vouches for', by: 'twilio', settings: { auth_token: '12345' }, verify: 'auth', hook: { method: 'POST',
  url: 'https://chat.example/h', headers: { 'content-type': 'application/json',
    'x-twilio-signature': twilio.getExpectedTwilioSignature('12345', 'https://chat.example/h', {}) }, body: '{}' } });
vectors.push({ case: 'twilio: by GET, all is in the URL', by: 'twilio', settings: { auth_token: '12345' }, hook: { method: 'GET',
  url: 'https://chat.example/h?CallSid=CA1&To=%2B44', headers: {
    'x-twilio-signature': twilio.getExpectedTwilioSignature('12345', 'https://chat.example/h?CallSid=CA1&To=%2B44', {}) }, body: '' } });
vectors.push({ case: 'twilio: no signature', by: 'twilio', settings: { auth_token: '12345' }, verify: 'auth',
  hook: { method: 'POST', url: 'https://chat.example/h', headers: { 'content-type': FORM }, body: 'a=1' } });

// ---- Vonage, the field sig ----

const sms = new SMS(new Auth({ apiKey: 'k', apiSecret: 's' }));
function sign(method, secret, params) {
  const text = Object.keys(params).sort().map((k) => `&${k}=${String(params[k]).replace(/[&=]/g, '_')}`).join('');
  const hash = { md5hash: () => createHash('md5').update(text + secret), md5: () => createHmac('md5', secret).update(text),
    sha1: () => createHmac('sha1', secret).update(text), sha256: () => createHmac('sha256', secret).update(text),
    sha512: () => createHmac('sha512', secret).update(text) }[method]();
  const sig = hash.digest('hex');
  const names = { md5hash: AlgorithmTypes.md5hash, md5: AlgorithmTypes.md5hmac, sha1: AlgorithmTypes.sha1hmac, sha256: AlgorithmTypes.sha256hmac, sha512: AlgorithmTypes.sha512hmac };
  assert.ok(sms.verifySignature(sig, params, secret, names[method]), `the library refuses ${method}`);
  return sig;
}
const message = { msisdn: '447700900001', to: '447700900000', messageId: '0A0000000123ABCD1', text: 'Hello & you = me ü', type: 'text',
  keyword: 'HELLO', 'message-timestamp': '2023-11-14 22:13:20', timestamp: '1700000000', nonce: 'aaaaaaaa-bbbb' };
function vonageSig(name, { method = 'sha256', secret = 'SIGNATURE', params = message, json, get, upper, change = (p) => p, settings, ...rest } = {}) {
  const sig = sign(method, secret, params);
  const sent = change({ ...params, sig: upper ? sig.toUpperCase() : sig });
  const url = 'https://chat.example/hooks/sms/v';
  vectors.push({ case: `vonage sig: ${name}`, by: 'vonage_sig', settings: settings ?? { signature_secret: secret, signature_method: method },
    hook: { method: get ? 'GET' : 'POST', url: get ? `${url}?${form(sent)}` : url,
      headers: get ? {} : { 'content-type': json ? 'application/json' : FORM }, body: get ? '' : json ? JSON.stringify(sent) : form(sent) }, ...rest });
}
for (const method of ['md5hash', 'md5', 'sha1', 'sha256', 'sha512']) vonageSig(method, { method });
vonageSig('upper case', { upper: true });
vonageSig('JSON', { json: true });
vonageSig('GET', { get: true });
vonageSig('the second secret', { settings: { signature_secret: 'old', signature_secret_2: 'SIGNATURE' } });
vonageSig('another secret', { settings: { signature_secret: 'old' }, verify: 'auth' });
vonageSig('another method', { settings: { signature_secret: 'SIGNATURE', signature_method: 'sha1' }, verify: 'auth' });
vonageSig('a field changed', { change: (p) => ({ ...p, text: 'Hello' }), verify: 'auth' });
vonageSig('a field added', { change: (p) => ({ ...p, more: '1' }), verify: 'auth' });
vonageSig('no sig', { change: ({ sig, ...p }) => p, verify: 'auth' });
vonageSig('replayed after 5 min', { now: NOW + 301000, verify: 'stale' });
vonageSig('no timestamp', { params: { msisdn: '44', text: 'x' }, verify: 'stale' });

// ---- Vonage, the token ----

const event = JSON.stringify({ from: '447700900000', to: '447700900001', uuid: 'aaaaaaaa-bbbb-cccc-dddd-0123456789ab', status: 'ringing' });
const claims = (body) => ({ iat: NOW / 1000, jti: 'c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5', iss: 'Vonage', payload_hash: createHash('sha256').update(body).digest('hex'),
  api_key: 'abcd1234', application_id: 'aaaaaaaa-bbbb-cccc-dddd-0123456789ab' });
function vonageToken(name, { secret = 'a long signature secret of the account', body = event, sent = body, more = {}, alg = 'HS256', token, valid = true,
  settings = { signature_secret: secret }, authorization, ...rest } = {}) {
  const all = { ...claims(body), ...more };
  for (const k of Object.keys(all)) if (all[k] === undefined) delete all[k];
  token ??= jwt.sign(all, alg === 'none' ? undefined : secret, { algorithm: alg, noTimestamp: all.iat === undefined });
  if (valid) assert.ok(verifySignature(token, secret), `the library refuses ${name}`);
  vectors.push({ case: `vonage token: ${name}`, by: 'vonage_token', settings, hook: { method: 'POST', url: 'https://chat.example/hooks/voice/v',
    headers: { 'content-type': 'application/json', authorization: authorization ?? `Bearer ${token}` }, body: sent }, ...rest });
}
vonageToken('as sent');
vonageToken('letters of all kinds', { body: JSON.stringify({ text: 'ü \u{1F600}' }) });
vonageToken('the second secret', { settings: { signature_secret: 'old', signature_secret_2: 'a long signature secret of the account' } });
vonageToken('another secret', { settings: { signature_secret: 'old' }, verify: 'auth' });
vonageToken('another body', { sent: event.replace('ringing', 'answered'), verify: 'auth' });
vonageToken('no hash of the body', { more: { payload_hash: undefined }, verify: 'auth' });
vonageToken('replayed after 5 min', { now: NOW + 301000, verify: 'stale' });
vonageToken('from the future', { now: NOW - 301000, verify: 'stale' });
vonageToken('over', { more: { exp: NOW / 1000 - 1 }, valid: false, verify: 'stale' });
vonageToken('no time', { more: { iat: undefined }, verify: 'stale' });
vonageToken('signed by nobody', { alg: 'none', valid: false, verify: 'auth' });
vonageToken('another algorithm', { alg: 'HS512', valid: false, verify: 'auth' });
vonageToken('no token', { authorization: 'Basic YTpi', valid: false, verify: 'auth' });
vonageToken('half a token', { authorization: 'Bearer aaaa.bbbb', valid: false, verify: 'auth' });
vonageToken('no JSON inside', { authorization: 'Bearer aaaa.bbbb.cccc', valid: false, verify: 'auth' });

for (const v of vectors) v.now ??= NOW;
const text = `[\n${vectors.map((v) => JSON.stringify(v)).join(',\n')}\n]\n`;
if (process.argv.includes('--write')) writeFileSync(file, text);
else assert.equal(readFileSync(file, 'utf8'), text, 'vectors.json is not what the libraries make');
console.log(`${vectors.length} signatures`);
