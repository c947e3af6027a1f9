#include "email/smtp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- what a reply means (RFC 5321 §4.2.1, RFC 3463) ---- */

/* The enhanced status code that a reply begins with, "5.1.1". */
static size_t enhanced(const char *text) {
    size_t n = 0, dots = 0;
    while ((text[n] >= '0' && text[n] <= '9') || text[n] == '.')
        dots += text[n++] == '.';
    return dots == 2 && n >= 5 && n <= 11 && (text[n] == ' ' || !text[n]) ? n : 0;
}

static uint32_t meaning(enum smtp_stage stage, int code, const char *status) {
    if (code / 100 == 2)
        return TD_V_ACCEPTED;
    if (code == 535 || code == 534 || code == 530 || code == 538 || code == 454)
        return code == 454 ? TD_V_TEMPORARY : TD_V_AUTH;
    if (code / 100 == 4)
        return TD_V_TEMPORARY;
    if (stage == SMTP_LOGIN)
        return TD_V_AUTH;
    if (stage == SMTP_CONNECTING)
        return TD_V_TEMPORARY; /* 554 at the greeting: not today */
    if (stage == SMTP_SENDER && code != 552 && strncmp(status, "5.3.4", 5) != 0)
        return TD_V_MISCONFIGURED; /* it does not let us be this sender */
    return TD_V_PERMANENT;
}

static void put_text(char *to, size_t max, const char *from) {
    size_t n = 0;
    for (; from && from[n] && n + 1 < max; n++)
        to[n] = (unsigned char)from[n] < ' ' || (unsigned char)from[n] >= 0x7f ? ' ' : from[n];
    to[n] = 0;
}

void smtp_judge(struct smtp_result *out, enum smtp_stage stage, int code, const char *text,
                bool all_sent) {
    const char *said = text ? text : "";
    *out = (struct smtp_result){0};
    put_text(out->text, sizeof out->text, said);
    if (code == 0) {
        out->kind = all_sent ? TD_V_UNKNOWN : TD_V_TEMPORARY;
        if (!said[0])
            put_text(out->text, sizeof out->text,
                     all_sent ? "The connection ended before the server said whether it took it."
                              : "No connection to the mail server.");
        return;
    }
    out->kind = meaning(stage, code, said);
    size_t n = enhanced(said);
    snprintf(out->code, sizeof out->code, "%d%s%.*s", code, n ? " " : "", (int)n, said);
}

/* ---- whether anybody is there ---- */

static bool connect_in(const struct addrinfo *a, int64_t timeout_ms) {
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
    socklen_t n = sizeof error;
    if (fd < 0)
        return false;
    bool there = connect(fd, a->ai_addr, a->ai_addrlen) == 0;
    if (!there && errno == EINPROGRESS) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        there = poll(&p, 1, (int)timeout_ms) == 1 &&
                getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0;
    }
    close(fd);
    return there;
}

/* libesmtp connects without a deadline: a host that swallows packets would hold a thread, and leave
 * nothing better to say than "unknown". */
static bool is_there(const struct smtp_target *t, struct smtp_result *out) {
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *list = NULL;
    snprintf(port, sizeof port, "%u", t->port);
    int rc = getaddrinfo(t->host, port, &hints, &list);
    bool there = false;
    for (const struct addrinfo *a = list; !rc && !there && a; a = a->ai_next)
        there = connect_in(a, t->timeout_ms < 10000 ? t->timeout_ms : 10000);
    if (list)
        freeaddrinfo(list);
    if (!there) {
        char text[300];
        snprintf(text, sizeof text, "%.200s:%u: %s", t->host, t->port,
                 rc ? gai_strerror(rc) : "no connection");
        smtp_judge(out, SMTP_CONNECTING, 0, text, false);
    }
    return there;
}

void smtp_deliver(const struct smtp_target *t, const struct smtp_mail *m, struct smtp_result *out) {
    if (t->security == SMTP_TLS || t->bearer)
        smtp_by_curl(t, m, out);
    else if (is_there(t, out))
        smtp_by_esmtp(t, m, out);
}
