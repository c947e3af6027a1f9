/* A private OAuth 2 server (oidc-provider): authorization code with PKCE, rotated refresh tokens,
 * introspection for Dovecot; and the browser of somebody who consents to all. */
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { freePort } from '../../lib/system.mjs';

export const client = { id: 'desk', secret: 'secret-of-the-desk' };
export const checker = { id: 'dovecot', secret: 'secret-of-dovecot' };
const scope = 'openid offline_access';

export class OAuthServer {
  static async start(callback) {
    const s = new OAuthServer();
    s.port = await freePort();
    s.url = `http://127.0.0.1:${s.port}`;
    s.account = 'help';
    s.accessTtl = 3600;
    s.grants = new Set();
    s.refreshes = 0;
    s.refused = [];
    s.down = false;
    s.turnedAway = 0;
    const p = (s.provider = new Provider(s.url, {
      clients: [
        { client_id: client.id, client_secret: client.secret, redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'client_secret_post' },
        { client_id: checker.id, client_secret: checker.secret, redirect_uris: [], grant_types: [], response_types: [], token_endpoint_auth_method: 'client_secret_basic' },
      ],
      cookies: { keys: ['of the tests'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false }, introspection: { enabled: true, allowedPolicy: () => true } },
      interactions: { url: (ctx, i) => `/interaction/${i.uid}` },
      issueRefreshToken: async () => true,
      rotateRefreshToken: true,
      ttl: { AccessToken: () => s.accessTtl, RefreshToken: 86400, AuthorizationCode: 60, Session: 86400, Grant: 86400, Interaction: 600, IdToken: 3600 },
      findAccount: (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    }));
    p.on('grant.success', (ctx) => { if (ctx.oidc.params.grant_type === 'refresh_token') s.refreshes++; });
    p.on('grant.error', (ctx, e) => s.refused.push(e.error_detail ?? e.message));
    const handle = p.callback();
    s.server = createServer((req, res) => {
      if (s.down) return s.turnedAway++, res.writeHead(503).end();
      if (!req.url.startsWith('/interaction/')) return handle(req, res);
      s.interact(req, res).catch((e) => res.writeHead(500).end(String(e)));
    });
    await new Promise((done) => s.server.listen(s.port, '127.0.0.1', done));
    s.server.unref();
    return s;
  }

  async interact(req, res) {
    const p = this.provider;
    const d = await p.interactionDetails(req, res);
    if (d.prompt.name === 'login') return p.interactionFinished(req, res, { login: { accountId: this.account } }, { mergeWithLastSubmission: false });
    const grant = new p.Grant({ accountId: d.session.accountId, clientId: d.params.client_id });
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    this.grants.add(grantId);
    return p.interactionFinished(req, res, { consent: { grantId } }, { mergeWithLastSubmission: true });
  }

  /* Goes where an administrator's browser is sent, consents, and tells with what it comes back. */
  async consent(authorizeUrl, callback) {
    const jar = new Map();
    for (let url = authorizeUrl, i = 0; i < 20; i++) {
      const res = await fetch(url, { redirect: 'manual', headers: { cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') } });
      for (const c of res.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(c);
        jar.set(name, value);
      }
      const to = res.headers.get('location');
      if (!to) throw new Error(`${url}: ${res.status} ${(await res.text()).slice(0, 300)}`);
      url = new URL(to, url).href;
      if (url.startsWith(callback)) { /* what the page posts of it */
        const { state, code, error } = Object.fromEntries(new URL(url).searchParams);
        return { state, code, error };
      }
    }
    throw new Error('sent round in circles');
  }

  /* The account's owner takes it back. */
  async revoke() {
    const p = this.provider;
    for (const id of this.grants) {
      await p.RefreshToken.revokeByGrantId(id);
      await p.AccessToken.revokeByGrantId(id);
    }
    this.grants.clear();
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
