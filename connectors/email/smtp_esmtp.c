/* SMTP by libesmtp. What it does not do by itself, and is done here: TLS capped at 1.2 (with 1.3 a
 * good part of its sessions stall), SNI and the name in the certificate, a refused login seen. */
#include "email/smtp.h"

#include <openssl/ssl.h>
/* after OpenSSL's, or parts of it are not declared */
#include <auth-client.h>
#include <libesmtp.h>
#include <stdio.h>
#include <stdlib.h>

struct smtp_trust {
    SSL_CTX *ctx;
};

/* One delivery, for the callbacks. */
struct delivery {
    const struct smtp_target *target;
    const struct smtp_mail *mail;
    size_t at; /* of the mail, given to libesmtp */
    bool all_sent, began_data, in_auth, auth_refused, bad_certificate;
    int auth_code;
    char last[300]; /* the server's last line */
};

/* The delivery of this thread: OpenSSL's callback has no argument of ours. */
static _Thread_local struct delivery *current;

/* ---- TLS ---- */

static void on_tls(const SSL *ssl, int where, int value) {
    (void)value;
    if (!(where & SSL_CB_HANDSHAKE_START) || !current)
        return;
    SSL *s = (SSL *)(uintptr_t)ssl;
    const char *host = current->target->host;
    SSL_set_tlsext_host_name(s, host);
    if (!X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(s), host))
        SSL_set1_host(s, host);
}

int smtp_trust_new(const char *ca_file, struct smtp_trust **out, struct td_error *err) {
    struct smtp_trust *t = calloc(1, sizeof *t);
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!t || !ctx)
        abort(); /* see arena.h */
    t->ctx = ctx;
    *out = t;
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_info_callback(ctx, on_tls);
    int ok = ca_file ? SSL_CTX_load_verify_locations(ctx, ca_file, NULL)
                     : SSL_CTX_set_default_verify_paths(ctx);
    if (ok)
        return TD_OK;
    smtp_trust_free(out);
    return td_error_set(err, TD_EINVAL, "ca_file: no certificates can be read from %.150s",
                        ca_file ? ca_file : "the system's store");
}

struct smtp_trust *smtp_trust_share(struct smtp_trust *t) {
    struct smtp_trust *other = calloc(1, sizeof *other);
    if (!other)
        abort(); /* see arena.h */
    SSL_CTX_up_ref(t->ctx);
    other->ctx = t->ctx;
    return other;
}

void smtp_trust_free(struct smtp_trust **t) {
    if (!*t)
        return;
    SSL_CTX_free((*t)->ctx);
    free(*t);
    *t = NULL;
}

/* ---- callbacks ---- */

static const char *on_message(void **ctx, int *len, void *arg) {
    struct delivery *d = arg;
    (void)ctx;
    if (!len) { /* from the start */
        d->at = 0;
        d->all_sent = false;
        return NULL;
    }
    size_t left = d->mail->bytes.n - d->at;
    if (left == 0) {
        d->all_sent = true;
        return NULL;
    }
    size_t n = left < 16384 ? left : 16384;
    const char *p = d->mail->bytes.p + d->at;
    if (n < left) { /* whole lines, as its header parser wants them */
        const char *end = memrchr(p, '\n', n);
        if (end)
            n = (size_t)(end - p) + 1;
    }
    d->at += n;
    *len = (int)n;
    return p;
}

static void on_line(const char *buf, int n, int writing, void *arg) {
    struct delivery *d = arg;
    if (writing == SMTP_CB_WRITING) {
        d->in_auth = d->in_auth || (n >= 5 && strncasecmp(buf, "AUTH ", 5) == 0);
        if (n >= 5 && strncasecmp(buf, "MAIL ", 5) == 0)
            d->in_auth = false;
        if (n >= 4 && strncasecmp(buf, "DATA", 4) == 0)
            d->began_data = true;
    } else if (writing == SMTP_CB_READING && n >= 3) {
        snprintf(d->last, sizeof d->last, "%.*s", n, buf);
        int code = (int)strtol(d->last, NULL, 10);
        if (d->in_auth && code >= 400 && code < 600) {
            d->auth_refused = true;
            d->auth_code = code;
        }
        if (d->in_auth && code == 235)
            d->in_auth = false;
    }
}

static void on_event(smtp_session_t session, int event, void *arg, ...) {
    struct delivery *d = arg;
    va_list ap;
    (void)session;
    va_start(ap, arg);
    if (event == SMTP_EV_WRONG_PEER_CERTIFICATE) {
        /* OpenSSL has checked the name that was asked for; libesmtp checks what DNS made of it */
        *va_arg(ap, int *) = 1;
    } else if (event == SMTP_EV_INVALID_PEER_CERTIFICATE) {
        long result = va_arg(ap, long);
        int *ok = va_arg(ap, int *);
        (void)result;
        *ok = 0;
        d->bad_certificate = true;
    } else if (event == SMTP_EV_WEAK_CIPHER) {
        (void)va_arg(ap, int);
        *va_arg(ap, int *) = 0;
    } else if (event == SMTP_EV_NO_CLIENT_CERTIFICATE) {
        *va_arg(ap, int *) = 1;
    }
    va_end(ap);
}

static int on_login(auth_client_request_t request, char **result, int fields, void *arg) {
    const struct smtp_target *t = arg;
    for (int i = 0; i < fields; i++) {
        const char *value = request[i].flags & AUTH_USER   ? t->user
                            : request[i].flags & AUTH_PASS ? t->password
                                                           : NULL;
        result[i] = (char *)(uintptr_t)value;
    }
    return 1;
}

/* ---- the session ---- */

static smtp_session_t session_new(const struct smtp_target *t, struct delivery *d,
                                  auth_context_t auth) {
    static const int reads[] = {Timeout_GREETING, Timeout_ENVELOPE, Timeout_DATA, Timeout_TRANSFER,
                                Timeout_DATA2};
    char server[300];
    smtp_session_t s = smtp_create_session();
    if (!s)
        return NULL;
    snprintf(server, sizeof server, "%.250s:%u", t->host, t->port);
    smtp_set_server(s, server);
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        smtp_set_timeout(s, reads[i] | Timeout_OVERRIDE_RFC2822_MINIMUM, (long)t->timeout_ms);
    smtp_set_eventcb(s, on_event, d);
    smtp_set_monitorcb(s, on_line, d, 0);
    smtp_starttls_enable(s, t->security == SMTP_STARTTLS ? Starttls_REQUIRED : Starttls_DISABLED);
    if (t->security == SMTP_STARTTLS)
        smtp_starttls_set_ctx(s, t->trust->ctx);
    if (auth)
        smtp_auth_set_context(s, auth);
    return s;
}

static auth_context_t auth_new(const struct smtp_target *t) {
    if (!t->user[0])
        return NULL;
    auth_context_t a = auth_create_context();
    auth_set_mechanism_flags(a, AUTH_PLUGIN_PLAIN, 0);
    auth_set_interact_cb(a, on_login, (void *)(uintptr_t)t);
    return a;
}

static int add_recipients(smtp_message_t msg, const struct smtp_mail *m, smtp_recipient_t *first) {
    for (size_t i = 0; i < m->n_to; i++) {
        smtp_recipient_t r = smtp_add_recipient(msg, m->to[i]);
        if (!r)
            return -1;
        if (m->from[0]) {
            smtp_dsn_set_notify(r, (enum notify_flags)(Notify_FAILURE | Notify_DELAY));
            smtp_dsn_set_orcpt(r, "rfc822", m->to[i]);
        } else {
            smtp_dsn_set_notify(r, Notify_NEVER);
        }
        if (i == 0)
            *first = r;
    }
    return 0;
}

static void judge(struct delivery *d, smtp_message_t msg, smtp_recipient_t first, int started,
                  struct smtp_result *out) {
    const smtp_status_t *whole = smtp_message_transfer_status(msg);
    const smtp_status_t *sender = smtp_reverse_path_status(msg);
    const smtp_status_t *to = first ? smtp_recipient_status(first) : NULL;
    char text[200] = "";
    bool all_sent = d->all_sent && d->began_data;
    if (whole && whole->code / 100 == 2 && to && to->code / 100 == 2) {
        smtp_judge(out, SMTP_DATA, whole->code, whole->text, true);
    } else if (d->bad_certificate) {
        smtp_judge(out, SMTP_CONNECTING, 0, "The mail server's certificate is not valid for it.",
                   false);
        out->kind = TD_V_MISCONFIGURED;
    } else if (d->auth_refused) {
        smtp_judge(out, SMTP_LOGIN, d->auth_code, d->last, false);
        snprintf(out->text, sizeof out->text, "The mail server refused the login.");
    } else if (sender && sender->code && sender->code / 100 != 2) {
        smtp_judge(out, SMTP_SENDER, sender->code, sender->text, false);
    } else if (to && to->code && to->code / 100 != 2) {
        smtp_judge(out, SMTP_RECIPIENT, to->code, to->text, false);
    } else if (whole && whole->code) {
        smtp_judge(out, SMTP_DATA, whole->code, whole->text, true);
    } else {
        if (!started)
            smtp_strerror(smtp_errno(), text, sizeof text);
        smtp_judge(out, SMTP_CONNECTING, 0, all_sent ? "" : text, all_sent);
    }
}

void smtp_by_esmtp(const struct smtp_target *t, const struct smtp_mail *m,
                   struct smtp_result *out) {
    struct delivery d = {.target = t, .mail = m};
    auth_context_t auth = auth_new(t);
    smtp_session_t s = session_new(t, &d, auth);
    smtp_message_t msg = s ? smtp_add_message(s) : NULL;
    smtp_recipient_t first = NULL;
    smtp_judge(out, SMTP_CONNECTING, 0, "The mail library does not begin.", false);
    if (msg) {
        smtp_set_reverse_path(msg, m->from[0] ? m->from : NULL);
        smtp_set_messagecb(msg, on_message, &d);
        if (m->from[0]) {
            smtp_dsn_set_ret(msg, Ret_HDRS);
            smtp_dsn_set_envid(msg, m->envelope_id);
        }
        if (add_recipients(msg, m, &first) == 0) {
            current = &d;
            int started = smtp_start_session(s);
            current = NULL;
            judge(&d, msg, first, started, out);
        }
    }
    if (s)
        smtp_destroy_session(s);
    if (auth)
        auth_destroy_context(auth);
}
