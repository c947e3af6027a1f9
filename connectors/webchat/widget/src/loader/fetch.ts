/* Fetches the panel: a script element with integrity, its address a TrustedScriptURL of the policy
 * "tandem" that knows this one address only. */

interface Policy {
  createScriptURL(url: string): string;
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

let policy: Policy | null = null;

function trusted(url: string): string {
  const types = (window as { trustedTypes?: Factory }).trustedTypes;
  if (!types) return url;
  try {
    policy ??= types.createPolicy('tandem', {
      createScriptURL(u) {
        if (u !== url) throw new TypeError(u);
        return u;
      },
    });
    return policy.createScriptURL(url);
  } catch {
    return url; // the page does not allow the policy: its own default policy decides
  }
}

export function fetchPanel(base: string, done: (ok: boolean) => void): void {
  const script = document.createElement('script');
  script.async = true;
  script.crossOrigin = 'anonymous';
  script.integrity = INTEGRITY;
  script.src = trusted(`${base}/widget/${VERSION}/panel.js`);
  const end = (ok: boolean) => () => {
    script.remove();
    done(ok);
  };
  script.onload = end(true);
  script.onerror = end(false);
  document.head.append(script);
}
