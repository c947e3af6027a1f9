/* The small things every view is made of. */
import * as Tooltip from '@radix-ui/react-tooltip';
import { forwardRef, type ButtonHTMLAttributes, type ReactNode } from 'react';
import { hue, initials } from '../lib/names';
import type { ChannelKind, Presence } from '../model/types';
import { channelWord } from '../lib/names';
import { Icon, type IconName } from './Icon';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'plain' | 'primary' | 'ghost' | 'danger';
  icon?: IconName;
  small?: boolean;
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { tone = 'plain', icon, small, children, className = '', type = 'button', ...rest }, ref,
) {
  return (
    <button {...rest} ref={ref} type={type} className={`btn ${tone} ${small ? 'small' : ''} ${className}`}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
});

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  label: string;
  keys?: string;
  side?: 'top' | 'bottom' | 'left' | 'right';
}

export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { icon, label, keys, side, className = '', ...rest }, ref,
) {
  return (
    <Tip text={label} keys={keys} side={side}>
      <button {...rest} ref={ref} type="button" aria-label={label} className={`icon-btn ${className}`}>
        <Icon name={icon} />
      </button>
    </Tip>
  );
});

export function Tip({ text, keys, side = 'bottom', children }: { text: ReactNode; keys?: string; side?: 'top' | 'bottom' | 'left' | 'right'; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tip" side={side} sideOffset={6} collisionPadding={8}>
          {text}
          {keys && <Keys keys={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

const mac = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform);
const keyWord: Record<string, string> = {
  Mod: mac ? '⌘' : 'Ctrl', Shift: mac ? '⇧' : 'Shift', Alt: mac ? '⌥' : 'Alt', Enter: '↵', Escape: 'Esc',
};

/* "Mod+K" → Ctrl K; "G M" → G then M. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="keys">
      {keys.split(/[+ ]/).map((k, i) => <kbd key={i}>{keyWord[k] ?? k}</kbd>)}
    </span>
  );
}

export function Avatar({ name, size = 32, presence }: { name: string; size?: 20 | 24 | 32 | 40; presence?: Presence }) {
  return (
    <span className={`avatar s${size} hue-${hue(name)}`} aria-hidden="true">
      {initials(name)}
      {presence && <span className={`dot ${presence}`} />}
    </span>
  );
}

export function Channel({ kind, size = 16 }: { kind: ChannelKind; size?: number }) {
  return (
    <span className={`channel ${kind}`} title={channelWord[kind]}>
      <Icon name={kind} size={size} />
      <span className="vh">{channelWord[kind]}</span>
    </span>
  );
}

export function Chip({ tone = 'plain', children, title }: { tone?: 'plain' | 'accent' | 'good' | 'warn' | 'bad'; children: ReactNode; title?: string }) {
  return <span className={`chip ${tone}`} title={title}>{children}</span>;
}

export function Empty({ icon, title, text, children }: { icon: IconName; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-icon"><Icon name={icon} size={24} /></span>
      <p className="strong">{title}</p>
      {text && <p className="muted">{text}</p>}
      {children}
    </div>
  );
}

export function Spinner({ label }: { label: string }) {
  return <span className="spinner" role="status"><span className="vh">{label}</span></span>;
}

export const TipProvider = ({ children }: { children: ReactNode }) =>
  <Tooltip.Provider delayDuration={400} skipDelayDuration={200}>{children}</Tooltip.Provider>;
