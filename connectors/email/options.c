#include "email/options.h"

#include "email/mime_out.h"
#include "email/presets.h"
#include "http_provider/text.h"

const struct td_setting options_table[] = {
    {.name = "address",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The mail address that customers write to, and that answers come from."},
    {.name = "from_name",
     .type = TD_S_TEXT,
     .fallback = "{agent}",
     .help = "The sender's name that customers see; {agent} stands for the agent's."},
    {.name = "aliases",
     .type = TD_S_LIST,
     .help = "Our other addresses: what comes from them is never answered by a machine."},
    {.name = "user",
     .type = TD_S_TEXT,
     .help = "The account's name at both servers; the address unless set."},
    {.name = "password",
     .type = TD_S_TEXT,
     .flags = TD_SET_SECRET,
     .help = "The account's password at both servers."},
    {.name = "auth",
     .type = TD_S_CHOICE,
     .fallback = "password",
     .choices = "password|google|microsoft|oauth2",
     .help = "How to log in: with the password, or by OAuth 2 at Google, Microsoft or elsewhere "
             "(connected by a button)."},
    {.name = "oauth_client_id",
     .type = TD_S_TEXT,
     .help = "OAuth 2: the id of the application that is registered at the provider."},
    {.name = "oauth_client_secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_SECRET,
     .help = "OAuth 2: its secret; none for a public client."},
    {.name = "oauth_tenant",
     .type = TD_S_TEXT,
     .fallback = "common",
     .help = "Microsoft: the directory's id or domain."},
    {.name = "oauth_authorize_url",
     .type = TD_S_URL,
     .help = "OAuth 2: where people consent, if it is not the provider's usual place."},
    {.name = "oauth_token_url",
     .type = TD_S_URL,
     .help = "OAuth 2: where tokens are fetched, if it is not the provider's usual place."},
    {.name = "oauth_scopes",
     .type = TD_S_TEXT,
     .help = "OAuth 2: what is asked for, if it is not the usual."},
    {.name = "imap_host",
     .type = TD_S_TEXT,
     .help = "The server that mail is fetched from; without it the channel only sends."},
    {.name = "imap_port",
     .type = TD_S_NUMBER,
     .fallback = "993",
     .min = 1,
     .max = 65535,
     .help = "The port of the server that mail is fetched from."},
    {.name = "imap_security",
     .type = TD_S_CHOICE,
     .fallback = "tls",
     .choices = "tls|starttls|none",
     .help = "How the connection to it is protected; none only on this machine."},
    {.name = "folder",
     .type = TD_S_TEXT,
     .fallback = "INBOX",
     .help = "The folder that is watched."},
    {.name = "sent_folder",
     .type = TD_S_TEXT,
     .help = "The folder of sent mail: what leaves the account by other means joins its "
             "conversation; not looked at unless set."},
    {.name = "file_sent",
     .type = TD_S_BOOL,
     .fallback = "false",
     .help = "Put what is sent into sent_folder: for providers that do not do so themselves (most "
             "but Gmail and Microsoft 365)."},
    {.name = "smtp_host",
     .type = TD_S_TEXT,
     .help = "The server that mail is sent through; without it the channel only receives."},
    {.name = "smtp_port",
     .type = TD_S_NUMBER,
     .fallback = "587",
     .min = 1,
     .max = 65535,
     .help = "The port of the server that mail is sent through."},
    {.name = "smtp_security",
     .type = TD_S_CHOICE,
     .fallback = "starttls",
     .choices = "starttls|tls|none",
     .help =
         "How the connection to it is protected: starttls (port 587), tls (port 465), none only "
         "on this machine."},
    {.name = "smtp_auth", .type = TD_S_BOOL, .fallback = "true", .help = "Log in before sending."},
    {.name = "ca_file",
     .type = TD_S_TEXT,
     .help = "Certificates to trust instead of the system's: a server with a certificate of one's "
             "own."},
    {.name = "form_senders",
     .type = TD_S_LIST,
     .help = "Addresses of web forms: for mail from them the customer is the one in Reply-To."},
    {.name = "plus_address",
     .type = TD_S_BOOL,
     .fallback = "false",
     .help = "Answers go to address+token: the mail server must deliver such addresses."},
    {.name = "subject_token",
     .type = TD_S_BOOL,
     .fallback = "false",
     .help = "Put a token into subjects, for mail programs that lose the references."},
    {.name = "html",
     .type = TD_S_BOOL,
     .fallback = "true",
     .help = "Send an HTML form beside the plain text."},
    {.name = "keep_raw",
     .type = TD_S_BOOL,
     .fallback = "true",
     .help = "Keep each mail as it came, as an attachment."},
    {.name = "max_mail",
     .type = TD_S_NUMBER,
     .fallback = "26214400",
     .min = 65536,
     .max = 67108864,
     .help = "Bytes of a mail; of a larger one only the headers are taken."},
    TD_SETTING_POLL_INTERVAL("5m"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    TD_SETTING_RATE("10"),
    {0}};

/* ---- check ---- */

static bool is_host(struct td_str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '-' || c == '_'))
            return false;
    }
    return s.n > 0 && s.n <= 250 && s.p[0] != '-';
}

static bool is_here(struct td_str host) {
    return td_str_eqz(host, "localhost") || td_str_starts(host, TD_STR("127."));
}

static bool is_line(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ')
            return false;
    return true;
}

static int check_server(const struct td_settings *s, const char *host, const char *security,
                        struct td_error *err) {
    struct td_str h = td_settings_text(s, host);
    if (!h.n)
        return TD_OK;
    if (!is_host(h))
        return td_error_set(err, TD_EINVAL, "%s: \"%.*s\" is no host name", host,
                            TD_FMT(td_str_cut(h, 100)));
    if (td_str_eqz(td_settings_text(s, security), "none") && !is_here(h))
        return td_error_set(err, TD_EINVAL,
                            "%s: none would send the password in clear; only for a server on this "
                            "machine (localhost, 127.…)",
                            security);
    return TD_OK;
}

static int check_addresses(const struct td_settings *s, const char *name, struct td_error *err) {
    const struct td_str *v;
    size_t n = td_settings_list(s, name, &v);
    for (size_t i = 0; i < n; i++)
        if (!mime_address_ok(v[i]))
            return td_error_set(err, TD_EINVAL, "%s: \"%.*s\" is no mail address", name,
                                TD_FMT(td_str_cut(v[i], 100)));
    return TD_OK;
}

int options_check(const struct td_settings *s, struct td_error *err) {
    struct td_str address = td_settings_text(s, "address");
    bool receives = td_settings_has(s, "imap_host"), sends = td_settings_has(s, "smtp_host");
    bool logs_in = receives || (sends && td_settings_number(s, "smtp_auth"));
    if (!mime_address_ok(address))
        return td_error_set(err, TD_EINVAL, "address: \"%.*s\" is no mail address",
                            TD_FMT(td_str_cut(address, 100)));
    if (!receives && !sends)
        return td_error_set(err, TD_EINVAL,
                            "imap_host: without it and smtp_host the channel does nothing");
    bool by_password = td_str_eqz(td_settings_text(s, "auth"), "password");
    if (logs_in && by_password && !td_settings_has(s, "password"))
        return td_error_set(err, TD_EINVAL, "password: missing");
    static const char *const lines[] = {"from_name", "user", "folder", "sent_folder"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!is_line(td_settings_text(s, lines[i])))
            return td_error_set(err, TD_EINVAL, "%s: has a control character", lines[i]);
    if (td_settings_number(s, "file_sent") &&
        (!receives || !sends || !td_settings_has(s, "sent_folder")))
        return td_error_set(err, TD_EINVAL,
                            "file_sent: needs imap_host, smtp_host and sent_folder");
    int rc = presets_check(s, err);
    if (rc == TD_OK)
        rc = check_server(s, "imap_host", "imap_security", err);
    if (rc == TD_OK)
        rc = check_server(s, "smtp_host", "smtp_security", err);
    if (rc == TD_OK)
        rc = check_addresses(s, "aliases", err);
    return rc == TD_OK ? check_addresses(s, "form_senders", err) : rc;
}

/* ---- read ---- */

static const char *text(struct td_arena *a, const struct td_settings *s, const char *name) {
    struct td_str v = td_settings_text(s, name);
    return v.n ? td_arena_dup(a, v).p : NULL;
}

static void read_rules(struct td_arena *a, const struct td_settings *s, struct mail_rules *r) {
    const struct td_str *v;
    size_t n = td_settings_list(s, "aliases", &v);
    r->own.v = TD_ARENA_ARRAY(a, struct td_str, n + 1);
    r->own.v[r->own.n++] = td_settings_text(s, "address");
    for (size_t i = 0; i < n; i++)
        r->own.v[r->own.n++] = v[i];
    n = td_settings_list(s, "form_senders", &v);
    r->form_senders.v = TD_ARENA_ARRAY(a, struct td_str, n);
    for (size_t i = 0; i < n; i++)
        r->form_senders.v[r->form_senders.n++] = v[i];
    r->keep_raw = td_settings_number(s, "keep_raw");
}

void options_read(struct td_arena *a, const struct td_settings *s, struct options *out) {
    const struct td_secret *secret = td_settings_secret(s, "password");
    const char *password = secret ? td_arena_dup(a, td_secret_reveal(secret)).p
                                  : td_arena_dup(a, TD_STR("")).p;
    struct td_str imap = td_settings_text(s, "imap_security"),
                  smtp = td_settings_text(s, "smtp_security");
    *out = (struct options){0};
    out->address = text(a, s, "address");
    out->domain = strchr(out->address, '@') + 1; /* checked */
    out->from_name = text(a, s, "from_name");
    const char *user = text(a, s, "user");
    if (!user)
        user = out->address;
    const char *ca_file = text(a, s, "ca_file");
    int64_t timeout = td_settings_number(s, "timeout");
    out->by_oauth = presets_oauth(a, s, &out->oauth);
    out->timeout_ms = timeout;
    out->receives = td_settings_has(s, "imap_host");
    out->sends = td_settings_has(s, "smtp_host");
    out->plus_address = td_settings_number(s, "plus_address");
    out->subject_token = td_settings_number(s, "subject_token");
    out->html = td_settings_number(s, "html");
    out->file_sent = td_settings_number(s, "file_sent");
    out->folder = td_settings_text(s, "folder");
    out->sent_folder = td_settings_text(s, "sent_folder");
    out->max_mail_bytes = (size_t)td_settings_number(s, "max_mail");
    out->poll_ms = td_settings_number(s, "poll_interval");
    out->imap = (struct imap_link_options){.host = text(a, s, "imap_host"),
                                           .port = (unsigned)td_settings_number(s, "imap_port"),
                                           .security = td_str_eqz(imap, "tls") ? IMAP_TLS
                                                       : td_str_eqz(imap, "starttls")
                                                           ? IMAP_STARTTLS
                                                           : IMAP_PLAIN,
                                           .user = user,
                                           .password = password,
                                           .ca_file = ca_file,
                                           .connect_timeout_ms = timeout};
    out->smtp = (struct smtp_target){.host = text(a, s, "smtp_host"),
                                     .port = (unsigned)td_settings_number(s, "smtp_port"),
                                     .security = td_str_eqz(smtp, "tls")        ? SMTP_TLS
                                                 : td_str_eqz(smtp, "starttls") ? SMTP_STARTTLS
                                                                                : SMTP_PLAIN,
                                     .user = td_settings_number(s, "smtp_auth") ? user : "",
                                     .password = password,
                                     .ca_file = ca_file,
                                     .timeout_ms = timeout};
    read_rules(a, s, &out->rules);
}
