/* What is stored, as anybody with an account may read it: the REST API, by pages. */
const PAGE = 200;

async function conversations(rest, view) {
  const found = new Map();
  let before = '';
  for (;;) {
    const page = (await rest.get(`/v1/conversations?view=${view}&limit=${PAGE}${before}`)).conversations;
    const fresh = page.filter((c) => !found.has(c.id ?? c.conv?.id));
    for (const c of fresh) found.set(c.id, c);
    if (!fresh.length) return found;
    before = `&before=${Math.min(...page.map((c) => c.last_at))}`;
  }
}

async function entries(rest, id) {
  const messages = [];
  const deliveries = new Map();
  for (;;) {
    const page = await rest.get(`/v1/conversations/${id}/messages?after=${messages.at(-1)?.seq ?? 0}&limit=${PAGE}`);
    for (const d of page.deliveries ?? []) deliveries.set(d.message_id, d);
    if (!page.messages.length) return { messages, deliveries: [...deliveries.values()] };
    messages.push(...page.messages);
  }
}

/* All conversations, open and closed, with all their entries. */
export async function observe(rest) {
  const all = new Map([...(await conversations(rest, 'all')), ...(await conversations(rest, 'closed'))]);
  const list = [];
  for (const c of all.values()) list.push({ id: c.id, channel: c.channel, state: c.state, ...(await entries(rest, c.id)) });
  return { conversations: list.sort((a, b) => a.id - b.id) };
}
