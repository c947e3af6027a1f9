/* The states that look.mjs pictures. */
import { login } from './browser.mjs';
import { addCall, crowd, long, morning } from './standin/morning.mjs';
import { picture } from './standin/picture.mjs';
import { addConv, emptyWorld } from './standin/seed.mjs';
import { social } from './standin/social.mjs';

const phone = { width: 390, height: 844 };
const REASON = 'Longest idle of four agents with a free chat place; speaks German.';

async function full(page, url, world) {
  await login(page, url, 'anna', '#/c/1042');
  await page.getByRole('log').waitFor();
  await page.getByText('Other conversations').waitFor().catch(() => {});
}

async function offered(page, url, world) {
  await full(page, url, world);
  world.offer(1051, 'anna', 20_000, REASON);
  await page.getByRole('button', { name: /Accept/ }).first().waitFor();
}

/* The picture of the project's README. */
async function hero(page, url, world) {
  await login(page, url, 'anna', '#/c/1042?in=all');
  await page.getByText('Question about my bill').first().waitFor();
  await page.getByRole('textbox', { name: /Reply/ }).fill('No, nothing at all: the direct debit follows the new bill, so Thursday’s payment is the corrected one.');
  world.offer(1051, 'anna', 20_000, REASON);
  await page.getByRole('button', { name: /Accept/ }).first().waitFor();
  for (const s of world.sockets) s.send({ t: 'typing', conv: 1042, who: 'visitor' });
  await page.waitForTimeout(3_500);
}

/* Files in every state. */
function withFiles() {
  const w = morning();
  const m = w.say(1038, { direction: 'in', text: 'Here are the pictures', attachments: [{ name: 'front.jpg', type: 'image/jpeg', bytes: 412_300, sha256: 'a1' }, { name: 'back.jpg', type: 'image/jpeg', bytes: 398_100, sha256: 'a2' }, { name: 'Contract 2025.pdf', type: 'application/pdf', bytes: 88_000, sha256: 'a3' }, { type: 'image/jpeg' }, { type: 'image/jpeg' }] }, true);
  w.putMedia({ conv: 1038, seq: m.seq, items: [{ index: 3, state: 'waiting' }, { index: 4, state: 'failed', error: 'It is larger than 5120 KiB, the most that is taken here.' }] }, true);
  return w;
}

async function attach(page, files) {
  await page.locator('input[type=file]').setInputFiles(files.map(([name, mimeType, buffer]) => ({ name, mimeType, buffer })));
}

function call(world) {
  const since = world.now() - 134_000;
  world.put('agent', 'anna', { voice: 'active', voice_since: since, calls: [{ id: 'c9', state: 'active', since, from: '+44 131 496 0199' }] });
}

const palette = async (page, url, world) => { await full(page, url, world); await page.keyboard.press('Control+k'); await page.getByRole('combobox').fill('pa'); };
const open = (key, name) => async (page, url, world) => { await full(page, url, world); await page.getByRole('log').focus(); await page.keyboard.press(key); await page.getByRole('dialog', { name }).waitFor(); };

/* The navigation is out of sight on a phone. */
async function rail(p) {
  if (p.viewportSize().width >= 760) return;
  await p.getByRole('link', { name: 'Back to the list' }).click();
  await p.getByRole('button', { name: 'Lists and status' }).click();
}

/* One of the contact's dialogs. */
const contact = (item, then = async () => {}) => async (p, u, w) => {
  await full(p, u, w);
  if (p.viewportSize().width < 1320) { await p.getByRole('log').focus(); await p.keyboard.press('i'); }
  await p.getByRole('button', { name: 'More about the contact' }).click();
  if (item) await p.getByRole('menuitem', { name: item }).click();
  await then(p, w);
};

const states = {
  full: { world: morning, run: full },
  offer: { world: morning, run: offered },
  hero: { world: morning, run: hero },
  waiting: { world: morning, run: async (p, u, w) => { await full(p, u, w); await p.goto(`${u}#/queues`); await p.goto(`${u}#/c/1047?in=queues`); await p.getByText('Waiting in Text messages').first().waitFor(); } },
  empty: { world: emptyWorld, run: (p, u) => login(p, u) },
  crowd: { world: crowd, run: async (p, u) => { await login(p, u, 'anna', '#/queues'); await p.getByRole('listitem').first().waitFor(); await p.keyboard.press('j'); for (let i = 0; i < 30; i++) await p.keyboard.press('j'); } },
  mail: { world: morning, run: async (p, u) => { await login(p, u, 'anna', '#/c/1029'); await p.frameLocator('iframe.mail-frame').getByText('Margaret').waitFor(); } },
  sms: { world: morning, run: async (p, u) => { await login(p, u, 'anna', '#/c/1038'); await p.getByRole('textbox', { name: /Reply/ }).fill('Thank you Tomasz, I have told him — side door it is.'); } },
  closed: { world: morning, run: async (p, u) => { await login(p, u, 'anna', '#/closed'); await p.getByRole('link', { name: /Ellen/ }).first().click(); await p.getByText('This conversation is closed').waitFor(); } },
  call: { world: morning, run: async (p, u, w) => { await full(p, u, w); await p.getByRole('textbox', { name: /Reply/ }).fill('You need not do anything: the direct debit'); call(w); await p.getByText('You are on a call').waitFor(); } },
  offline: { world: morning, run: async (p, u, w) => { await full(p, u, w); w.down = true; for (const s of w.sockets) s.ws.terminate(); await p.getByText('No connection').first().waitFor(); await p.getByRole('textbox', { name: /Reply/ }).fill('I will check that for you.'); await p.keyboard.press('Enter'); await p.waitForTimeout(2500); } },
  store: { world: morning, run: async (p, u, w) => { await full(p, u, w); w.storeUp = false; for (const s of w.sockets) s.send({ t: 'store', up: false }); await p.getByText('The store is away').waitFor(); } },
  stale: { world: morning, run: async (p, u, w) => { await full(p, u, w); await p.getByRole('textbox', { name: /Reply/ }).fill('No, nothing to do.'); w.say(1042, { direction: 'out', author: 'bob', text: 'Hi Ada, Bob here: no need, the debit is stopped until the new bill.' }); await p.getByText('replied since you began').waitFor(); } },
  files: { world: withFiles, run: async (p, u) => { await login(p, u, 'anna', '#/c/1038'); await p.getByText('Fetching…').waitFor(); await p.getByRole('button', { name: 'Fetch again' }).waitFor(); } },
  attach: { world: morning, run: async (p, u) => { await login(p, u, 'anna', '#/c/1038'); await attach(p, [['meter.png', 'image/png', picture(90, 90, 3)], ['contract.pdf', 'application/pdf', Buffer.alloc(182_000, 1)], ['film.mp4', 'video/mp4', Buffer.alloc(6_000_000)]]); await p.getByText('178 KB').waitFor(); await p.getByRole('textbox', { name: /Reply/ }).fill('Here is what we noted.'); } },
  lightbox: { world: withFiles, run: async (p, u) => { await login(p, u, 'anna', '#/c/1038'); await p.getByRole('button', { name: 'Show front.jpg' }).click(); await p.getByRole('dialog', { name: 'front.jpg' }).waitFor(); } },
  canned: { world: morning, run: async (p, u, w) => { await full(p, u, w); await p.getByRole('textbox', { name: /Reply/ }).pressSequentially('/e'); } },
  note: { world: morning, run: async (p, u, w) => { await full(p, u, w); await p.keyboard.press('Control+Shift+N'); await p.keyboard.type('Checked with the metering team.'); } },
  palette: { world: morning, run: palette },
  shortcuts: { world: morning, run: open('?', 'Keyboard shortcuts') },
  transfer: { world: morning, run: open('t', /Transfer/) },
  consult: { world: morning, run: async (p, u, w) => { await open('c', /Ask a colleague/)(p, u, w); await p.getByRole('radio', { name: /Bob Okafor/ }).check(); await p.getByLabel('Question').fill('Her meter was exchanged on the 3rd: which serial counts for the bill?'); } },
  merge: { world: morning, run: async (p, u, w) => { await open('Shift+M', /Merge/)(p, u, w); await p.getByRole('radio').first().check(); } },
  priority: { world: morning, run: open('Shift+R', /Priority/) },
  callback: { world: () => { const w = morning(); w.put('work', 1051, { kind: 'task', state: 'snoozed', wake_at: w.now() + 3_600_000, reason: 'The visitor asked to be called back.' }, true); w.put('conv', 1051, { fields: [{ key: 'phone', value: '+44 131 496 0199' }] }, true); w.say(1051, { direction: 'internal', kind: 'event', event: 'callback', text: 'The visitor asked to be called or written back.' }, true); return w; }, run: async (p, u) => { await login(p, u, 'anna', '#/c/1051?in=all'); await p.getByText('asked to be called or written').first().waitFor(); } },
  asked: { world: () => { const w = morning(); w.put('work', 1041, { consult: 'anna' }, true); w.say(1041, { direction: 'internal', kind: 'note', private: true, author: 'bob', event: 'consult', to: [{ type: 'agent', addr: 'anna', name: 'Anna Lindqvist' }], text: 'Which tariff is hers? I see two.', at: w.now() - 40_000 }, true); w.put('work', 1042, { consult: 'bob' }, true); return w; }, run: async (p, u) => { await login(p, u, 'anna', '#/c/1041?in=asked'); await p.getByText('Which tariff is hers').first().waitFor(); } },
  whisper: { world: morning, run: async (p, u) => { await login(p, u, 'carla', '#/c/1041?in=all'); await p.getByText('Perfect, that worked').last().waitFor(); await p.getByRole('log').focus(); await p.keyboard.press('Shift+W'); await p.getByRole('dialog').getByLabel('Whisper', { exact: true }).fill('Offer her the refund, she has waited twice.'); } },
  resolve: { world: morning, run: open('e', /Resolve/) },
  snooze: { world: morning, run: open('z', /Snooze/) },
  tags: { world: morning, run: open('l', /Tags/) },
  presence: { world: morning, run: async (p, u, w) => { await full(p, u, w); await rail(p); await p.getByRole('button', { name: /Presence/ }).click(); await p.getByRole('menuitemcheckbox', { name: 'Lunch' }).hover(); } },
  agents: {
    world: morning,
    run: async (p, u, w) => {
      await login(p, u, 'carla', '#/agents');
      await p.getByRole('table').waitFor();
      w.emit({ t: 'alarm', data: { name: 'alarm', text: 'Mail is not fetched: the login was refused (invalid_grant). Reconnect the mailbox.', channel: 'support-mail' } });
      await p.getByText('invalid_grant').waitFor();
    },
  },
  callring: { world: () => { const w = morning(); addCall(w, { id: 1070, from: '+44 131 496 0199', agent: 'anna', state: 'offered', t0: w.now() - 21_000 }); return w; }, run: async (p, u) => { await login(p, u, 'anna', '#/c/1070?in=all'); await p.getByText('Rings at').first().waitFor(); } },
  callwrap: { world: () => { const w = morning(); addCall(w, { id: 1070, from: '+44 131 496 0199', agent: 'anna', state: 'wrap', t0: w.now() - 260_000, answered: w.now() - 220_000, ended: w.now() - 20_000 }); return w; }, run: async (p, u) => { await login(p, u, 'anna', '#/c/1070?in=mine'); await p.getByText('Ended after').first().waitFor(); } },
  callgone: { world: () => { const w = morning(); addConv(w, { id: 899, name: '', kind: 'voice', channel: 'pbx', queue: 'billing', at: w.now() - 600_000, peer: { type: 'tel', addr: '+44 131 496 0333' }, closed: ' ' }); w.closed.get(899).disposition = ''; w.closed.get(899).last_agent = ''; w.say(899, { direction: 'internal', kind: 'event', event: 'call.queued', text: 'Waits in Billing.', at: w.now() - 600_000 }, true); w.say(899, { direction: 'internal', kind: 'event', event: 'call.abandoned', text: 'Hung up after 48 s.', at: w.now() - 552_000 }, true); return w; }, run: async (p, u) => { await login(p, u, 'anna', '#/c/899?in=closed'); await p.getByText('Hung up').first().waitFor(); } },
  phonedialog: { world: morning, run: async (p, u, w) => { await full(p, u, w); await p.getByRole('log').focus(); await p.keyboard.press('x'); await p.getByLabel('Extension').fill('212'); } },
  phonelost: { world: morning, run: async (p, u, w) => { await full(p, u, w); w.put('agent', 'anna', { extension: '', voice: 'none' }); w.put('agent', 'bob', { extension: '211' }); await rail(p); } },
  trouble: { world: morning, run: async (p, u, w) => { w.put('agent', 'dev', { phone_paused: true, phone_reason: 'lunch' }); w.put('agent', 'bob', { gate: 'failed' }); w.put('chan', 'pbx', { state: 'down', error: 'no link to the phone system' }); w.put('agent', 'carla', { phone_paused: true, phone_reason: 'break' }); await login(p, u, 'carla', '#/agents'); await p.getByRole('table').waitFor(); } },
  phonegate: { world: morning, run: async (p, u, w) => { await full(p, u, w); w.put('agent', 'anna', { gate: 'nobody' }); await rail(p); } },
  callcard: { world: morning, run: async (p, u) => { await login(p, u, 'carla', '#/c/1060?in=all'); } },
  board: { world: social, run: async (p, u) => { await login(p, u, 'hugo', '#/social'); await p.getByRole('article').first().waitFor(); } },
  boardchosen: { world: social, run: async (p, u) => { await login(p, u, 'carla', '#/social'); await p.getByRole('article').first().waitFor(); for (const k of ['j', 'x', 'j', 'x']) { await p.keyboard.press(k); await p.waitForTimeout(60); } await p.getByRole('toolbar', { name: 'Chosen posts' }).waitFor(); } },
  boardheld: { world: social, run: async (p, u, w) => { w.put('chan', 'mastodon', { held: true, held_by: 'carla', held_at: w.now() - 300_000, spike_since: w.now() - 600_000, spike_rate: 72 }); await login(p, u, 'hugo', '#/social'); await p.getByRole('button', { name: /alike/ }).click(); } },
  boardpost: { world: social, run: async (p, u, w) => { w.put('chan', 'mastodon', { held: true, held_by: 'carla', held_at: w.now() - 300_000 }); await login(p, u, 'bob', '#/c/2003?in=social'); await p.getByRole('log').waitFor(); await p.getByRole('textbox', { name: /Reply/ }).fill('Sorry about that, Rosa 🙏 We are on it.'); } },
  boardempty: { world: emptyWorld, run: async (p, u) => { await login(p, u, 'carla', '#/social'); await p.getByText('All done').waitFor(); } },
  boardoffline: { world: social, run: async (p, u, w) => { await login(p, u, 'hugo', '#/social'); await p.getByRole('article').first().waitFor(); w.down = true; for (const s of w.sockets) s.ws.terminate(); await p.getByText('No connection').first().waitFor(); } },
  boardloading: { world: social, run: async (p, u, w) => { w.slowSnapshot = 4000; await login(p, u, 'hugo', '#/social').catch(() => {}); await p.waitForTimeout(300); } },
  contactmenu: { world: morning, run: contact('') },
  contactedit: { world: morning, run: contact('Edit…') },
  contactmerge: { world: morning, run: contact('The same person as…', async (p) => { await p.getByLabel('Name, address or number').fill('m'); await p.getByRole('list', { name: 'Contacts' }).getByRole('button').first().click(); await p.getByRole('region', { name: 'What it will be' }).waitFor(); }) },
  contactlink: { world: morning, run: contact('Add an address…', async (p) => p.getByRole('textbox', { name: 'Address' }).fill('ada@example.org')) },
  contacthistory: { world: morning, run: async (p, u, w) => { await full(p, u, w); if (p.viewportSize().width < 1320) { await p.getByRole('log').focus(); await p.keyboard.press('i'); } await p.getByRole('button', { name: 'All channels' }).click(); await p.getByRole('dialog').getByText('Oh great').waitFor(); } },
  contactwrite: { world: morning, run: async (p, u, w) => { await full(p, u, w); if (p.viewportSize().width < 1320) { await p.getByRole('log').focus(); await p.keyboard.press('i'); } await p.getByRole('button', { name: /^Write to/ }).first().click(); await p.getByLabel('Message').fill('Here is the corrected bill.'); } },
  missing: { world: morning, run: async (p, u) => { await login(p, u, 'anna', '#/c/77'); await p.getByText('is not here').waitFor(); } },
  login: { world: morning, run: async (p, u) => { await p.goto(u); await p.getByLabel('User name').waitFor(); } },
  insecure: { world: () => Object.assign(morning(), { insecure: true }), run: async (p, u) => { await p.goto(u); await p.getByLabel('User name').fill('anna'); await p.getByLabel('Password').fill('x'); await p.getByRole('button', { name: 'Log in' }).click(); await p.getByRole('alert').first().waitFor(); } },
  loading: { world: () => Object.assign(morning(), { lag: 4000 }), run: async (p, u) => { await login(p, u, 'anna', '#/c/1042').catch(() => {}); await p.waitForTimeout(300); } },
  older: { world: () => { const w = morning(); long(w); return w; }, run: async (p, u, w) => { await full(p, u, w); await p.getByRole('log').hover(); await p.mouse.wheel(0, -2600); await p.waitForTimeout(400); } },
};

export const shots = {};
for (const [name, s] of Object.entries(states)) {
  shots[name] = s;
  if (name === 'hero') continue;
  shots[`${name}-dark`] = { ...s, dark: true };
  shots[`${name}-phone`] = { ...s, size: phone };
}
shots['full-tablet'] = { ...states.full, size: { width: 1024, height: 768 } };
shots['full-1280'] = { ...states.full, size: { width: 1280, height: 800 } };
shots['full-phone-dark'] = { ...states.full, size: phone, dark: true };
