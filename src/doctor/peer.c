/* One blocking connection with a deadline: name, TCP, TLS, lines. */
#include "base/mem.h"
#include "doctor/steps.h"
#include "io/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECT_MS = 5000, IO_MS = 10000, LINE_BYTES = 8192, SOON_DAYS = 14 };

struct peer {
    int fd;
    SSL_CTX *ctx;
    SSL *ssl;
    X509 *cert; /* that the peer showed, good or not */
    char in[LINE_BYTES];
    size_t n;
};

/* ---- names ---- */

static struct td_str address_text(struct td_arena *a, const struct sockaddr *sa, socklen_t n) {
    char text[128];
    if (getnameinfo(sa, n, text, sizeof text, NULL, 0, NI_NUMERICHOST))
        text[0] = 0;
    return td_arena_dup(a, td_str_of(text));
}

/* The first address that may be reached. */
static struct addrinfo *resolve(struct doctor *d, const char *group, const char *host,
                                const char *setting_name, struct addrinfo **all) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    const char *name = doctor_step_name(d, group, "dns");
    *all = NULL;
    int rc = getaddrinfo(host, NULL, &hints, all);
    if (rc) {
        struct td_str found = td_arena_printf(d->a, "%s: %s", host, gai_strerror(rc));
        if (rc == EAI_AGAIN)
            STEP(d, name, DOCTOR_FAILED, found, "Let this machine reach a DNS server.");
        else
            STEP(d, name, DOCTOR_FAILED, found, "Correct `%s`: there is no such name.",
                 setting_name);
        return NULL;
    }
    struct addrinfo *use = NULL;
    struct td_str found = {NULL, 0};
    for (struct addrinfo *x = *all; x; x = x->ai_next) {
        struct td_str text = address_text(d->a, x->ai_addr, x->ai_addrlen);
        found = td_arena_printf(d->a, "%.*s%s%.*s", TD_FMT(found), found.n ? ", " : "",
                                TD_FMT(text));
        if (!use && (d->allow_private || address_is_public(x->ai_addr)))
            use = x;
    }
    if (use)
        doctor_tell(d, name, DOCTOR_OK, found, NO_FIX);
    else
        STEP(d, name, DOCTOR_FAILED, found,
             "Set allow_private: true if %s is meant to be in your own network.", host);
    return use;
}

/* ---- TCP ---- */

static bool ready(int fd, short events, int ms) {
    struct pollfd p = {.fd = fd, .events = events};
    int rc;
    do
        rc = poll(&p, 1, ms);
    while (rc < 0 && errno == EINTR);
    return rc == 1;
}

/* 0, or errno. */
static int dial(const struct addrinfo *to, unsigned port, int *fd) {
    struct sockaddr_storage sa = {0};
    memcpy(&sa, to->ai_addr, to->ai_addrlen);
    if (sa.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)&sa)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)(void *)&sa)->sin_port = htons((uint16_t)port);
    *fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0)
        return errno;
    int error = connect(*fd, (struct sockaddr *)&sa, to->ai_addrlen) ? errno : 0;
    if (error == EINPROGRESS) {
        socklen_t n = sizeof error;
        if (!ready(*fd, POLLOUT, CONNECT_MS))
            return ETIMEDOUT;
        if (getsockopt(*fd, SOL_SOCKET, SO_ERROR, &error, &n))
            error = errno;
    }
    return error;
}

struct peer *peer_connect(struct doctor *d, const char *group, const char *host, unsigned port,
                          const char *setting_name) {
    struct addrinfo *all, *use = resolve(d, group, host, setting_name, &all);
    const char *name = doctor_step_name(d, group, "tcp");
    struct peer *w = NULL;
    int fd = -1, error = use ? dial(use, port, &fd) : 0;
    if (use && !error) {
        w = MEM_NEW(struct peer);
        w->fd = fd;
        doctor_tell(d, name, DOCTOR_OK, td_arena_printf(d->a, "connected to port %u", port),
                    NO_FIX);
    } else if (use) {
        struct td_str found = td_arena_printf(d->a, "port %u: %s", port, strerror(error));
        if (error == ECONNREFUSED)
            STEP(d, name, DOCTOR_FAILED, found,
                 "Start the server on %s, or correct the port: nothing listens on %u.", host, port);
        else if (error == ETIMEDOUT)
            STEP(d, name, DOCTOR_FAILED, found,
                 "Open the firewall on the way to %s, port %u: it answers nothing.", host, port);
        else
            STEP(d, name, DOCTOR_FAILED, found, "Mend the network on the way to %s.", host);
    }
    if (!w && fd >= 0)
        close(fd);
    if (all)
        freeaddrinfo(all);
    return w;
}

void peer_close(struct peer **w) {
    if (!*w)
        return;
    SSL_free((*w)->ssl);
    X509_free((*w)->cert);
    SSL_CTX_free((*w)->ctx);
    close((*w)->fd);
    mem_free(*w);
    *w = NULL;
}

/* ---- TLS ---- */

static struct td_str common_name(struct td_arena *a, const X509_NAME *name) {
    char text[128] = "?";
    X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)name, NID_commonName, text, sizeof text);
    return td_arena_dup(a, td_str_of(text));
}

static struct td_str day(struct td_arena *a, const ASN1_TIME *t) {
    struct tm tm;
    if (!t || !ASN1_TIME_to_tm(t, &tm))
        return TD_STR("?");
    return td_arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static void tls_fix(struct doctor *d, const char *name, const char *host, const X509 *cert,
                    long verdict) {
    struct td_str found = td_str_of(X509_verify_cert_error_string(verdict));
    switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        STEP(d, name, DOCTOR_FAILED, found, "Renew the certificate of %s: it ended on %.*s.", host,
             TD_FMT(day(d->a, X509_get0_notAfter(cert))));
        break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        STEP(d, name, DOCTOR_FAILED, found,
             "Use the name that the certificate is for (\"%.*s\"), or get one for %s.",
             TD_FMT(common_name(d->a, X509_get_subject_name(cert))), host);
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        STEP(d, name, DOCTOR_FAILED, found, "Have %s send the whole chain of a public authority%s.",
             host, doctor_row(d, "ca_file") ? ", or trust its own by `ca_file`" : "");
        break;
    default:
        STEP(d, name, DOCTOR_FAILED, found, "Mend the certificate of %s.", host);
    }
}

static void tls_ok(struct doctor *d, const char *name, const char *host, SSL *ssl,
                   const X509 *cert) {
    int days = 0, seconds;
    ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert));
    struct td_str until = day(d->a, X509_get0_notAfter(cert));
    struct td_str found = td_arena_printf(
        d->a, "%s, certificate by \"%.*s\" until %.*s", SSL_get_version(ssl),
        TD_FMT(common_name(d->a, X509_get_issuer_name(cert))), TD_FMT(until));
    if (days < SOON_DAYS)
        STEP(d, name, DOCTOR_OK, found, "Renew the certificate of %s: it ends in %d days.", host,
             days);
    else
        doctor_tell(d, name, DOCTOR_OK, found, NO_FIX);
}

/* As the library verifies, and the certificate is kept: after a failure it would be gone. */
static int verify(X509_STORE_CTX *ctx, void *arg) {
    struct peer *w = arg;
    X509 *cert = X509_STORE_CTX_get0_cert(ctx);
    if (cert && !w->cert && X509_up_ref(cert))
        w->cert = cert;
    return X509_verify_cert(ctx);
}

static int handshake(struct peer *w) {
    for (;;) {
        int rc = SSL_connect(w->ssl);
        int why = rc == 1 ? SSL_ERROR_NONE : SSL_get_error(w->ssl, rc);
        if (rc == 1)
            return 0;
        bool more = (why == SSL_ERROR_WANT_READ && ready(w->fd, POLLIN, IO_MS)) ||
                    (why == SSL_ERROR_WANT_WRITE && ready(w->fd, POLLOUT, IO_MS));
        if (!more)
            return -1;
    }
}

static bool is_address(const char *host) {
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

bool peer_tls(struct doctor *d, struct peer *w, const char *group, const char *host) {
    const char *name = doctor_step_name(d, group, "tls");
    ERR_clear_error();
    w->ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(w->ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(w->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(w->ctx, verify, w);
    int trust = d->ca_file ? SSL_CTX_load_verify_locations(w->ctx, d->ca_file, NULL)
                           : SSL_CTX_set_default_verify_paths(w->ctx);
    if (!trust) {
        STEP(d, name, DOCTOR_FAILED, TD_STR("the certificates to trust cannot be read"),
             "Let tandemd read the PEM file in `ca_file`.");
        return false;
    }
    w->ssl = SSL_new(w->ctx);
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(w->ssl), host);
    } else {
        SSL_set_tlsext_host_name(w->ssl, host);
        SSL_set1_host(w->ssl, host);
    }
    SSL_set_fd(w->ssl, w->fd);
    if (handshake(w) == 0) {
        tls_ok(d, name, host, w->ssl, w->cert);
        return true;
    }
    long verdict = SSL_get_verify_result(w->ssl);
    if (verdict != X509_V_OK && w->cert) {
        tls_fix(d, name, host, w->cert, verdict);
    } else {
        const char *why = ERR_reason_error_string(ERR_peek_error());
        STEP(d, name, DOCTOR_FAILED, td_str_of(why ? why : "no TLS handshake"),
             "Use the port of %s that speaks TLS from the start, or `starttls`.", host);
    }
    return false;
}

/* ---- bytes ---- */

static ssize_t receive(struct peer *w, char *out, size_t max) {
    for (;;) {
        ssize_t n = w->ssl ? SSL_read(w->ssl, out, (int)max) : recv(w->fd, out, max, 0);
        if (n > 0)
            return n;
        int why = w->ssl                                         ? SSL_get_error(w->ssl, (int)n)
                  : n < 0 && (errno == EAGAIN || errno == EINTR) ? SSL_ERROR_WANT_READ
                                                                 : SSL_ERROR_SYSCALL;
        short events = why == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
        if ((why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) ||
            !ready(w->fd, events, IO_MS))
            return -1;
    }
}

bool peer_line(struct doctor *d, struct peer *w, struct td_str *line) {
    for (;;) {
        char *end = w->n ? memchr(w->in, '\n', w->n) : NULL;
        if (end) {
            size_t n = (size_t)(end - w->in);
            *line = td_arena_dup(d->a, (struct td_str){w->in, n && end[-1] == '\r' ? n - 1 : n});
            w->n -= n + 1;
            memmove(w->in, end + 1, w->n);
            return true;
        }
        if (w->n == sizeof w->in || doctor_late(d))
            return false;
        ssize_t n = receive(w, w->in + w->n, sizeof w->in - w->n);
        if (n < 0)
            return false;
        w->n += (size_t)n;
    }
}

struct td_str peer_rest(struct doctor *d, struct peer *w, size_t max) {
    char *all = td_arena_alloc(d->a, max);
    size_t n = w->n < max ? w->n : max;
    memcpy(all, w->in, n);
    w->n = 0;
    while (n < max && !doctor_late(d)) {
        ssize_t got = receive(w, all + n, max - n);
        if (got < 0)
            break;
        n += (size_t)got;
    }
    return (struct td_str){all, n};
}

bool peer_send(struct peer *w, struct td_str bytes) {
    size_t at = 0;
    while (at < bytes.n) {
        ssize_t n = w->ssl ? SSL_write(w->ssl, bytes.p + at, (int)(bytes.n - at))
                           : send(w->fd, bytes.p + at, bytes.n - at, MSG_NOSIGNAL);
        if (n > 0)
            at += (size_t)n;
        else if (!ready(w->fd, w->ssl ? POLLIN | POLLOUT : POLLOUT, IO_MS) ||
                 (!w->ssl && errno != EAGAIN && errno != EINTR))
            return false;
        else if (w->ssl) {
            int why = SSL_get_error(w->ssl, (int)n);
            if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
                return false;
        }
    }
    return true;
}
