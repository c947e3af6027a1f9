/* To whom an answer goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailBody, mailFields, others, parseAddresses } from '../../src/lib/mail';
import type { Conv, Message } from '../../src/model/types';

const at = (addr: string, name = '') => ({ type: 'email', addr, name });
const conv = { id: 1, kind: 'mail', subject: 'Parcel', peer: at('anna@x.example') } as unknown as Conv;
const came = (more: object) => ({ direction: 'in', kind: 'text', from: at('anna@x.example'), to: [], cc: [], ...more }) as unknown as Message;

test('an answer goes to all whom the last mail went to, but not twice to the customer', () => {
  const messages = [came({ to: [at('old@x')] }), came({ to: [at('ben@x', 'Ben'), at('ANNA@x.example')], cc: [at('carl@x')] })];
  assert.deepEqual(mailFields(conv, messages, undefined), { to: 'Ben <ben@x>', cc: 'carl@x', bcc: '', subject: 'Re: Parcel' });
  assert.deepEqual(mailFields(conv, messages, { all: false }), { to: '', cc: '', bcc: '', subject: 'Re: Parcel' });
  assert.deepEqual(mailFields(conv, messages, { all: false, cc: 'me@x', subject: 'New' }), { to: '', cc: 'me@x', bcc: '', subject: 'New' });
});

test('a colleague of the customer who answered gets the next one too', () => {
  const { to } = others(conv, [came({ from: at('dora@x'), to: [at('anna@x.example')] })]);
  assert.deepEqual(to.map((a) => a.addr), ['dora@x']);
});

test('addresses are read as people write them, and nothing else gets through', () => {
  assert.deepEqual(parseAddresses('Anna B <a@x>; b@y,\n c@z'), [{ addr: 'a@x', name: 'Anna B' }, { addr: 'b@y' }, { addr: 'c@z' }]);
  for (const bad of ['anna', 'a@b@c', 'a b@c', '<a@b', 'ä@x', '-a@x', 'a@x>\r']) assert.ok('bad' in parseAddresses(bad), bad);
  assert.equal(mailBody({ to: '', cc: 'nobody', bcc: '', subject: '' }), '“nobody” is no mail address.');
  assert.deepEqual(mailBody({ to: 'a@b', cc: '', bcc: '', subject: 'x\r\nBcc: eve@x' }), { to: [{ addr: 'a@b' }], subject: 'x Bcc: eve@x' });
});
