/* Hooks as a provider would send them: SMS in, receipts, the phone's state. `to`: { port, http } with http an
 * Agent of connections to reuse, or a Daemon. */
import { createHmac } from 'node:crypto';
import { ourNumber, secrets } from './config.mjs';
import { request } from './http.mjs';

export const sign = (body, secret = secrets.sms) => createHmac('sha256', secret).update(body).digest('hex');

/* Any JSON to /hooks/sms, signed. → the answer. */
export function smsHook({ port, http, ms, headers = {} }, json) {
  const body = typeof json === 'string' ? json : JSON.stringify(json);
  return request({
    port, agent: http, ms, method: 'POST', path: '/hooks/sms', body,
    headers: { 'Content-Type': 'application/json', 'X-Signature': sign(body), ...headers },
  });
}

export const smsIn = (to, { id, from, text, at }) => smsHook(to, { id, from, to: ourNumber, text, ...(at ? { at } : {}) });

export function phone({ port, http }, event) {
  const body = JSON.stringify(event);
  return request({ port, agent: http, method: 'POST', path: '/hooks/phone', body, headers: { 'Content-Type': 'application/json', 'X-Secret': secrets.phone } });
}
