/* A word to the contact by another way: it goes on in the conversation there, or begins one. */
import { useState } from 'react';
import { sentence } from '../actions/actions';
import { channelWord } from '../lib/names';
import type { Address, ChannelPolicy } from '../model/types';
import { Button } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useClient } from '../store/context';
import { go } from '../store/route';
import { toast } from '../store/ui';

const MAX = 10_000;

export function ContactWrite({ address, name, channels, subject: about, onClose }: {
  address: Address; name: string; channels: ChannelPolicy[]; subject: string; onClose(): void;
}) {
  const client = useClient();
  const [channel, setChannel] = useState(channels[0]!.id);
  const [subject, setSubject] = useState(about);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const kind = channels.find((c) => c.id === channel)?.kind ?? 'sms';
  const send = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    const r = await client.command('conv.start', {
      channel, peer: { type: address.type, addr: address.addr, name }, text: text.trim(), ...(kind === 'mail' && subject.trim() ? { subject: subject.trim() } : {}),
    });
    setBusy(false);
    if (r.ok) {
      onClose();
      go(`#/c/${r.conv}`);
    } else if (r.error === 'exists' && r.conv) { // it is kept here until it was sent there
      toast(`You are talking there already, in #${r.conv}.`, 'info', { label: 'Open it', run: () => { onClose(); go(`#/c/${r.conv}`); } });
    } else toast(r.text || sentence(r.error), 'bad');
  };
  return (
    <Dialog title={`Write to ${name || address.addr}`} text={`${channelWord[kind]} · ${address.addr}`} onClose={onClose}
      footer={<><Button onClick={onClose}>Cancel</Button><Button tone="primary" disabled={!text.trim() || busy} onClick={() => void send()}>Send</Button></>}>
      {channels.length > 1 && (
        <label className="field"><span>From</span>
          <select value={channel} onChange={(e) => setChannel(e.target.value)}>{channels.map((c) => <option key={c.id} value={c.id}>{c.id}</option>)}</select>
        </label>
      )}
      {kind === 'mail' && <label className="field"><span>Subject</span><input value={subject} maxLength={400} onChange={(e) => setSubject(e.target.value)} /></label>}
      <label className="field"><span>Message</span>
        <textarea rows={5} value={text} autoFocus maxLength={MAX} onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); void send(); } }} />
      </label>
    </Dialog>
  );
}
