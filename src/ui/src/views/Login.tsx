import { useRef, useState, type FormEvent } from 'react';
import { Button } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { login, RestError } from '../net/rest';

function explain(e: unknown): string {
  if (!(e instanceof RestError)) return 'This did not work. Try again.';
  if (e.status === 401) return 'The name or the password is wrong.';
  if (e.status === 429) return 'Too many attempts. Wait a minute, then try again.';
  return e.message;
}

/* Beyond this machine a password must not travel in the clear: the daemon answers 421, and we say
 * so before anybody types one. */
const plainHttp = location.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);

export function Login({ notice, onDone }: { notice: string; onDone(): void }) {
  const [error, setError] = useState('');
  const [insecure, setInsecure] = useState('');
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget);
    setBusy(true);
    setError('');
    setInsecure('');
    try {
      await login(String(data.get('user')).trim(), String(data.get('password')));
      onDone();
    } catch (err) {
      if (err instanceof RestError && err.status === 421) setInsecure(err.message);
      else setError(explain(err));
      setBusy(false);
      password.current?.focus();
      password.current?.select();
    }
  };

  const refusal = insecure || (plainHttp ? 'This page came over plain HTTP, so a password could be read on its way. Open it over HTTPS, or on the server itself at http://127.0.0.1.' : '');

  return (
    <main className="login">
      <form className="login-box" onSubmit={submit} aria-label="Log in">
        <div className="login-brand">
          <Brand size={32} />
          <h1>Tandem</h1>
        </div>
        {notice && <p className="banner info" role="status"><Icon name="alert" />{notice}</p>}
        {refusal && <div className="banner warn" role="alert"><Icon name="shield" /><span><b>Logging in is refused here.</b> {refusal}</span></div>}
        <label className="field">
          <span>User name</span>
          <input name="user" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus maxLength={200} />
        </label>
        <label className="field">
          <span>Password</span>
          <input ref={password} name="password" type="password" autoComplete="current-password" required maxLength={1000}
            aria-describedby={error ? 'login-error' : undefined} aria-invalid={error ? true : undefined} />
        </label>
        <p id="login-error" className="field-error" role="alert">{error}</p>
        <Button type="submit" tone="primary" disabled={busy} className="login-go">{busy ? 'Logging in…' : 'Log in'}</Button>
      </form>
    </main>
  );
}

export function Brand({ size = 24 }: { size?: number }) {
  return (
    <svg className="brand" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="currentColor" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.5"><circle cx="12" cy="16" r="6" /><circle cx="20" cy="16" r="6" /></g>
    </svg>
  );
}
