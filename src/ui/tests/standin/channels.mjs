/* /v1/channels, and a provider whose consent sends the browser back at once. world.provider says what
 * with: "code" (the default) or "denied". */
export function channels(world, req, url, body) {
  if (url.pathname === '/v1/channels') {
    const row = (c) => ({ id: c.id, connector: c.connector, kind: world.entities.policy.get('').channels.find((p) => p.id === c.id)?.kind ?? '', state: c.state, error: c.error ?? '', oauth: c.connector === 'email' });
    return { channels: [...world.entities.chan.values()].map(row), oauth_callback: world.callback ?? 'https://desk.example/oauth/callback' };
  }
  const one = /^\/v1\/channels\/([^/]+)\/oauth$/.exec(url.pathname);
  if (one && req.method === 'POST') {
    world.oauthState = `state-of-${one[1]}`;
    const back = world.provider === 'denied' ? 'error=access_denied&error_description=You+said+no' : 'code=the-code';
    return { authorize_url: `http://${req.headers.host}/oauth/callback?state=${world.oauthState}&${back}` };
  }
  if (url.pathname === '/v1/oauth/callback' && req.method === 'POST') {
    (world.returns ??= []).push(body);
    if (body.error) return { $status: 400, error: 'refused', text: `The provider refused: ${body.error_description}` };
    const id = body.state.replace('state-of-', '');
    world.put('chan', id, { state: 'up', error: '' });
    return { channel: id };
  }
  return null;
}
