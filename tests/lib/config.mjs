/* The settings of a test daemon, as an object; JSON is YAML, so it is written as it is. */

export const secrets = { sms: 'hook-secret-of-the-tests', phone: 'phone-secret-of-the-tests' };
export const ourNumber = '+447700900999';

/* ports: where it listens. providerUrl: where SMS are sent (none: the channel only receives). pages:
 * folder of the built pages. Times are short, so that tests need not wait. */
export function settings({ ports, providerUrl, pages, demo = true }) {
  const url = `http://127.0.0.1:${ports[0]}`;
  return {
    name: 'Test Shop',
    server: {
      public_url: url,
      listen: ports.map((port) => ({ address: '127.0.0.1', port })),
      ...(pages ? { pages, demo } : {}),
    },
    log: { level: 'info' },
    channels: {
      web: { connector: 'webchat', queue: 'chat', origins: [url] },
      sms: {
        connector: 'sms_http',
        queue: 'sms',
        hook_auth: 'hmac',
        hook_secret: secrets.sms,
        ...(providerUrl
          ? { url: `${providerUrl}/send`, from: ourNumber, id_field: 'id', allow_private: true, rate: 10000, timeout: '2s' }
          : {}),
      },
      phone: { connector: 'voice_http', hook_auth: 'header', hook_secret: secrets.phone, hook_header: 'x-secret' },
    },
    queues: { chat: { name: 'Chat' }, sms: { name: 'SMS' } },
    routing: { login_ramp: '0s', retry_base: '200ms', retry_max: '2s' },
  };
}
