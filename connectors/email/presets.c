#include "email/presets.h"

#include <string.h>

/* Google: developers.google.com/identity/protocols/oauth2/web-server ("access_type=offline" and
 * "prompt=consent" bring a refresh token each time),
 * developers.google.com/gmail/imap/xoauth2-protocol. Microsoft:
 * learn.microsoft.com/exchange/client-developer/legacy-protocols/
 * how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth. */
struct preset {
    const char *name, *authorize, *token, *scopes, *extra; /* a "*" stands for the tenant */
};
static const struct preset presets[] = {
    {"google", "https://accounts.google.com/o/oauth2/v2/auth",
     "https://oauth2.googleapis.com/token", "https://mail.google.com/",
     "&access_type=offline&prompt=consent"},
    {"microsoft", "https://login.microsoftonline.com/*/oauth2/v2.0/authorize",
     "https://login.microsoftonline.com/*/oauth2/v2.0/token",
     "offline_access https://outlook.office.com/IMAP.AccessAsUser.All "
     "https://outlook.office.com/SMTP.Send",
     "&prompt=select_account"},
    {"oauth2", "", "", "offline_access", "&prompt=consent"}};

static const struct preset *preset_of(const struct td_settings *s) {
    struct td_str auth = td_settings_text(s, "auth");
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (td_str_eqz(auth, presets[i].name))
            return &presets[i];
    return NULL;
}

/* The setting, or the preset with the tenant in its place. */
static struct td_str pick(struct td_arena *a, const struct td_settings *s, const char *setting,
                          const char *otherwise) {
    struct td_str v = td_settings_text(s, setting), tenant = td_settings_text(s, "oauth_tenant");
    const char *star = strchr(otherwise, '*');
    if (v.n)
        return td_arena_dup(a, v);
    if (!star)
        return td_str_of(otherwise);
    return td_arena_printf(a, "%.*s%.*s%s", (int)(star - otherwise), otherwise, TD_FMT(tenant),
                           star + 1);
}

bool presets_oauth(struct td_arena *a, const struct td_settings *s, struct td_oauth *out) {
    const struct preset *p = preset_of(s);
    const struct td_secret *secret = td_settings_secret(s, "oauth_client_secret");
    struct td_str user = td_settings_text(s, "user");
    if (!p)
        return false;
    *out = (struct td_oauth){
        .authorize_url = pick(a, s, "oauth_authorize_url", p->authorize),
        .token_url = pick(a, s, "oauth_token_url", p->token),
        .client_id = td_arena_dup(a, td_settings_text(s, "oauth_client_id")),
        .client_secret = secret ? td_arena_dup(a, td_secret_reveal(secret)) : TD_STR(""),
        .scopes = pick(a, s, "oauth_scopes", p->scopes),
        .login_hint = td_arena_dup(a, user.n ? user : td_settings_text(s, "address")),
        .extra = td_str_of(p->extra),
        .allow_private = td_settings_number(s, "allow_private")};
    return true;
}

/* Beyond this machine secrets travel under TLS only. */
static int check_url(struct td_str url, const char *name, struct td_error *err) {
    if (!url.n)
        return td_error_set(err, TD_EINVAL, "%s: missing: auth is oauth2", name);
    if (!td_str_starts(url, TD_STR("https://")) && !td_str_starts(url, TD_STR("http://127.")) &&
        !td_str_starts(url, TD_STR("http://localhost:")))
        return td_error_set(err, TD_EINVAL, "%s: expected an https URL", name);
    return TD_OK;
}

static bool is_tenant(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
              (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '.'))
            return false;
    return s.n > 0 && s.n <= 100;
}

int presets_check(const struct td_settings *s, struct td_error *err) {
    struct td_oauth o;
    struct td_arena *a = td_arena_new();
    int rc = TD_OK;
    if (presets_oauth(a, s, &o)) {
        if (!o.client_id.n)
            rc = td_error_set(err, TD_EINVAL, "oauth_client_id: missing");
        else if (!is_tenant(td_settings_text(s, "oauth_tenant")))
            rc = td_error_set(err, TD_EINVAL,
                              "oauth_tenant: expected a directory's id or domain, or common");
        if (!rc)
            rc = check_url(o.authorize_url, "oauth_authorize_url", err);
        if (!rc)
            rc = check_url(o.token_url, "oauth_token_url", err);
        if (o.client_secret.n)
            explicit_bzero((char *)(uintptr_t)o.client_secret.p, o.client_secret.n);
    }
    td_arena_free(&a);
    return rc;
}
