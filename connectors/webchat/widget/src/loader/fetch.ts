/* Fetches the panel and its parts: a script element with integrity, its address a TrustedScriptURL of the
 * policy "tandem" that knows these addresses only. */

interface Policy {
  createScriptURL(url: string): string;
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

let policy: Policy | null = null;

function trusted(folder: string, url: string): string {
  const types = (window as { trustedTypes?: Factory }).trustedTypes;
  if (!types) return url;
  try {
    policy ??= types.createPolicy('tandem', {
      createScriptURL(u) {
        if (!/^(panel|attach|callback)\.js$/.test(u.replace(folder, ''))) throw new TypeError(u);
        return u;
      },
    });
    return policy.createScriptURL(url);
  } catch {
    return url; // the page does not allow the policy: its own default policy decides
  }
}

export function fetchPart(base: string, name: string, integrity: string, done?: (ok: boolean) => void): void {
  const folder = `${base}/widget/${VERSION}/`;
  const script = document.createElement('script');
  script.async = true;
  script.crossOrigin = 'anonymous';
  script.integrity = integrity;
  script.src = trusted(folder, `${folder}${name}.js`);
  const end = (ok: boolean) => () => {
    script.remove();
    done?.(ok);
  };
  script.onload = end(true);
  script.onerror = end(false);
  document.head.append(script);
}
