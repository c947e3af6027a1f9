/* A mailbox and the server that mail is sent through, as far as a login and no further. */
#include "doctor/steps.h"

#include <sodium.h>

enum { LINES_MAX = 200 };

static enum security security_of(struct doctor *d, const char *name) {
    struct td_str word = td_str_of(doctor_setting(d, name));
    return td_str_eqz(word, "tls")        ? SEC_TLS
           : td_str_eqz(word, "starttls") ? SEC_STARTTLS
                                          : SEC_NONE;
}

static const char *user_of(struct doctor *d) {
    const char *user = doctor_setting(d, "user");
    return user[0] ? user : doctor_setting(d, "address");
}

static struct td_str password_of(struct doctor *d) {
    return td_secret_reveal(td_settings_secret(d->s, "password"));
}

static bool has_word(struct td_str line, const char *word) {
    return line.n && memmem(line.p, line.n, word, strlen(word));
}

static struct td_str base64(struct td_arena *a, const void *p, size_t n) {
    size_t size = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
    char *out = td_arena_alloc(a, size);
    sodium_bin2base64(out, size, p, n, sodium_base64_VARIANT_ORIGINAL);
    return (struct td_str){out, size - 1};
}

/* RFC 4616: NUL user NUL password */
static struct td_str plain(struct doctor *d) {
    struct td_str user = td_str_of(user_of(d)), password = password_of(d);
    size_t n = user.n + password.n + 2;
    char *text = td_arena_alloc(d->a, n);
    memcpy(text + 1, user.p, user.n);
    if (password.n)
        memcpy(text + 2 + user.n, password.p, password.n);
    return base64(d->a, text, n);
}

static void no_login(struct doctor *d, const char *name, struct td_str said) {
    STEP(d, name, DOCTOR_FAILED, td_str_cut(said, 200),
         "Correct `user` and `password` (%s): many providers want an app password here.",
         user_of(d));
}

/* ---- IMAP (RFC 3501) ---- */

/* Sends one command and reads to its tagged answer; *all gathers the untagged lines. */
static bool imap(struct doctor *d, struct peer *w, const char *command, struct td_str *said,
                 struct td_str *all) {
    static const char tag[] = "d1 ";
    *said = TD_STR("the connection was cut");
    *all = (struct td_str){NULL, 0};
    if (!WIRE_SEND(d, w, "%s%s\r\n", tag, command))
        return false;
    for (int i = 0; i < LINES_MAX && peer_line(d, w, said); i++) {
        if (td_str_starts(*said, td_str_of(tag))) {
            *said = (struct td_str){said->p + 3, said->n - 3};
            return td_str_starts(*said, TD_STR("OK"));
        }
        *all = td_arena_printf(d->a, "%.*s%.*s\n", TD_FMT(*all), TD_FMT(*said));
    }
    *said = TD_STR("no answer");
    return false;
}

/* RFC 3501 quoted; a login with control characters was refused by the settings. */
static struct td_str quoted(struct td_arena *a, struct td_str s) {
    char *out = td_arena_alloc(a, 2 * s.n + 2), *at = out;
    *at++ = '"';
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            *at++ = '\\';
        *at++ = s.p[i];
    }
    *at++ = '"';
    return (struct td_str){out, (size_t)(at - out)};
}

static void imap_folder(struct doctor *d, struct peer *w) {
    struct td_str said, all, folder = td_str_of(doctor_setting(d, "folder"));
    struct td_str name = quoted(d->a, folder);
    struct td_str command = td_arena_printf(d->a, "EXAMINE %.*s", TD_FMT(name));
    if (imap(d, w, command.p, &said, &all))
        doctor_tell(d, "imap folder", DOCTOR_OK, folder, NO_FIX);
    else
        STEP(d, "imap folder", DOCTOR_FAILED, td_str_cut(said, 200),
             "Correct `folder`: the account has none of that name.");
    if (!imap(d, w, "CAPABILITY", &said, &all))
        return;
    if (has_word(all, " IDLE"))
        doctor_tell(d, "imap idle", DOCTOR_OK, TD_STR("new mail is told at once"), NO_FIX);
    else
        STEP(d, "imap idle", DOCTOR_OK, TD_STR("the server has no IDLE"),
             "Lower `poll_interval`: new mail is seen only when the mailbox is asked.");
}

static void imap_session(struct doctor *d, struct peer *w, const char *host, enum security how) {
    struct td_str said = {NULL, 0}, all;
    if (!peer_line(d, w, &said) || !td_str_starts(said, TD_STR("*"))) {
        STEP(d, "imap login", DOCTOR_FAILED, td_str_cut(said, 100),
             "Correct `imap_port`: no IMAP server answers there.");
        return;
    }
    if (how == SEC_STARTTLS) {
        if (!imap(d, w, "STARTTLS", &said, &all)) {
            STEP(d, "imap tls", DOCTOR_FAILED, td_str_cut(said, 200),
                 "Use `imap_security: tls` and its port (993): STARTTLS is refused.");
            return;
        }
        if (!peer_tls(d, w, "imap", host))
            return;
    }
    if (!td_settings_has(d->s, "password")) {
        doctor_tell(d, "imap login", DOCTOR_SKIPPED,
                    TD_STR("no password: this account logs in by OAuth"), NO_FIX);
        return;
    }
    struct td_str user = quoted(d->a, td_str_of(user_of(d)));
    struct td_str password = quoted(d->a, password_of(d));
    struct td_str login = td_arena_printf(d->a, "LOGIN %.*s %.*s", TD_FMT(user), TD_FMT(password));
    if (!imap(d, w, login.p, &said, &all)) {
        no_login(d, "imap login", said);
        return;
    }
    doctor_tell(d, "imap login", DOCTOR_OK, td_str_of(user_of(d)), NO_FIX);
    imap_folder(d, w);
    imap(d, w, "LOGOUT", &said, &all);
}

void doctor_imap(struct doctor *d) {
    const char *host = doctor_setting(d, "imap_host");
    enum security how = security_of(d, "imap_security");
    unsigned port = (unsigned)td_settings_number(d->s, "imap_port");
    struct peer *w = peer_connect(d, "imap", host, port, "imap_host");
    if (w && (how != SEC_TLS || peer_tls(d, w, "imap", host)))
        imap_session(d, w, host, how);
    peer_close(&w);
}

/* ---- SMTP (RFC 5321) ---- */

/* The last line of a reply, its code; 0: none. */
static unsigned reply(struct doctor *d, struct peer *w, struct td_str *last, struct td_str *all) {
    *all = (struct td_str){NULL, 0};
    for (int i = 0; i < LINES_MAX && peer_line(d, w, last); i++) {
        uint64_t code = 0;
        if (last->n < 3 || !td_str_to_u64((struct td_str){last->p, 3}, &code))
            return 0;
        *all = td_arena_printf(d->a, "%.*s%.*s\n", TD_FMT(*all), TD_FMT(*last));
        if (last->n == 3 || last->p[3] != '-')
            return (unsigned)code;
    }
    *last = TD_STR("no answer");
    return 0;
}

static unsigned smtp(struct doctor *d, struct peer *w, const char *command, struct td_str *last,
                     struct td_str *all) {
    *last = TD_STR("the connection was cut");
    return WIRE_SEND(d, w, "%s\r\n", command) ? reply(d, w, last, all) : 0;
}

/* It would take a mail from the channel to itself; nothing is sent. */
static void smtp_try(struct doctor *d, struct peer *w) {
    const char *self = doctor_setting(d, "address");
    struct td_str said, all;
    struct td_str from = td_arena_printf(d->a, "MAIL FROM:<%s>", self);
    struct td_str to = td_arena_printf(d->a, "RCPT TO:<%s>", self);
    unsigned code = smtp(d, w, from.p, &said, &all);
    if (code / 100 != 2) {
        STEP(d, "smtp test", DOCTOR_FAILED, td_str_cut(said, 200),
             "Let %s send as %s, or correct `address`.", user_of(d), self);
        return;
    }
    code = smtp(d, w, to.p, &said, &all);
    if (code / 100 == 2)
        doctor_tell(d, "smtp test", DOCTOR_OK,
                    td_arena_printf(d->a, "takes mail from %s to itself (none was sent)", self),
                    NO_FIX);
    else
        STEP(d, "smtp test", DOCTOR_FAILED, td_str_cut(said, 200),
             "Make %s a mailbox that the world can reach: answers to it would be refused.", self);
    smtp(d, w, "RSET", &said, &all);
}

static void smtp_login(struct doctor *d, struct peer *w, struct td_str ehlo) {
    struct td_str said, all, secret = plain(d);
    if (!td_settings_has(d->s, "password")) {
        doctor_tell(d, "smtp login", DOCTOR_SKIPPED,
                    TD_STR("no password: this account logs in by OAuth"), NO_FIX);
        return;
    }
    if (!has_word(ehlo, "AUTH")) {
        STEP(d, "smtp login", DOCTOR_FAILED, TD_STR("the server offers no login"),
             "Use the submission port (587 or 465), or set `smtp_auth: false`.");
        return;
    }
    struct td_str auth = td_arena_printf(d->a, "AUTH PLAIN %.*s", TD_FMT(secret));
    if (smtp(d, w, auth.p, &said, &all) != 235) {
        no_login(d, "smtp login", said);
        return;
    }
    doctor_tell(d, "smtp login", DOCTOR_OK, td_str_of(user_of(d)), NO_FIX);
    smtp_try(d, w);
}

static void smtp_session(struct doctor *d, struct peer *w, const char *host, enum security how) {
    static const char hello[] = "EHLO tandem.invalid";
    struct td_str said = {NULL, 0}, all;
    if (reply(d, w, &said, &all) != 220 || smtp(d, w, hello, &said, &all) != 250) {
        STEP(d, "smtp login", DOCTOR_FAILED, td_str_cut(said, 100),
             "Correct `smtp_port`: no SMTP server answers there.");
        return;
    }
    if (how == SEC_STARTTLS) {
        if (smtp(d, w, "STARTTLS", &said, &all) != 220) {
            STEP(d, "smtp tls", DOCTOR_FAILED, td_str_cut(said, 200),
                 "Use `smtp_security: tls` and its port (465): STARTTLS is refused.");
            return;
        }
        if (!peer_tls(d, w, "smtp", host) || smtp(d, w, hello, &said, &all) != 250)
            return;
    }
    if (td_settings_number(d->s, "smtp_auth"))
        smtp_login(d, w, all);
    else
        smtp_try(d, w);
    smtp(d, w, "QUIT", &said, &all);
}

void doctor_smtp(struct doctor *d) {
    const char *host = doctor_setting(d, "smtp_host");
    enum security how = security_of(d, "smtp_security");
    unsigned port = (unsigned)td_settings_number(d->s, "smtp_port");
    struct peer *w = peer_connect(d, "smtp", host, port, "smtp_host");
    if (w && (how != SEC_TLS || peer_tls(d, w, "smtp", host)))
        smtp_session(d, w, host, how);
    peer_close(&w);
}
