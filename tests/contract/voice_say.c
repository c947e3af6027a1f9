#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "voice_play.h"

#include <stdio.h>
#include <stdlib.h>

const char *voice_word(char **rest) {
    char *s = *rest + strspn(*rest, " "), *end = s + strcspn(s, " ");
    *rest = *end ? end + 1 : end;
    *end = 0;
    return s;
}

/* "a | b" → the pieces in turn, trimmed; NULL at the end. */
char *voice_part(char **rest) {
    if (!*rest)
        return NULL;
    char *s = *rest + strspn(*rest, " "), *bar = strstr(s, " | ");
    *rest = bar ? bar + 3 : NULL;
    if (bar)
        *bar = 0;
    size_t n = strlen(s);
    while (n && s[n - 1] == ' ')
        s[--n] = 0;
    return s;
}

struct fake_tcp *voice_peer(struct play *p) {
    struct fake_tcp *t = fake_tcp_open(p->host);
    if (!t)
        BAD(p, "there is no connection");
    return t;
}

static void say_text(struct play *p, const char *text) {
    fake_tcp_say(voice_peer(p), 1, td_str_of(text), p->piece);
    fake_run(p->host, 2);
}

static size_t put(char *out, size_t at, size_t size, const char *fmt, const char *a) {
    int n = snprintf(out + at, size - at, fmt, a);
    assert_true(n >= 0 && (size_t)n < size - at);
    return at + (size_t)n;
}

/* AMI: lines and an empty one. ESL: the same with LF. Held back for the next "peer". */
void voice_say_more(struct play *p, char *rest) {
    const char *end = strcmp(p->protocol, "asterisk") == 0 ? "\r\n" : "\n";
    for (char *s; (s = voice_part(&rest));) {
        p->n_held = put(p->held, p->n_held, sizeof p->held, "%s", s);
        p->n_held = put(p->held, p->n_held, sizeof p->held, "%s", end);
    }
    p->n_held = put(p->held, p->n_held, sizeof p->held, "%s", end);
}

void voice_say(struct play *p, char *rest) {
    voice_say_more(p, rest);
    p->n_held = 0;
    say_text(p, p->held);
}

/* ESL: a frame with a body. "\n" in the text of the script is a line end. */
static void say_body(struct play *p, const char *type, const char *body) {
    char out[8192 + 256];
    snprintf(out, sizeof out, "Content-Length: %zu\nContent-Type: %s\n\n%s", strlen(body), type,
             body);
    say_text(p, out);
}

void voice_say_api(struct play *p, char *rest) {
    char body[8192];
    size_t n = 0;
    for (char *s = rest + strspn(rest, " "); *s; s++) {
        bool end = s[0] == '\\' && s[1] == 'n';
        body[n++] = end ? '\n' : *s;
        s += end;
    }
    body[n] = 0;
    say_body(p, "api/response", body);
}

void voice_say_other(struct play *p, char *rest) {
    const char *type = voice_word(&rest);
    say_body(p, type, rest);
}

void voice_say_event(struct play *p, char *rest) {
    char body[8192];
    size_t n = 0;
    for (char *s; (s = voice_part(&rest));) {
        char *colon = strstr(s, ": ");
        assert_non_null(colon);
        *colon = 0;
        n = put(body, n, sizeof body, "%s: ", s);
        for (const char *v = colon + 2; *v; v++) { /* as FreeSWITCH: percent-encoded */
            bool plain = (*v >= '0' && *v <= '9') || (*v >= 'a' && *v <= 'z') ||
                         (*v >= 'A' && *v <= 'Z') || strchr("-_.~", *v);
            n += (size_t)snprintf(body + n, sizeof body - n, plain ? "%c" : "%%%02X",
                                  (unsigned char)*v);
        }
        n = put(body, n, sizeof body, "%s", "\n");
    }
    put(body, n, sizeof body, "%s", "\n");
    say_body(p, "text/event-plain", body);
}

void voice_say_line(struct play *p, char *rest) {
    char out[4096];
    snprintf(out, sizeof out, "%s\r\n", rest + strspn(rest, " "));
    say_text(p, out);
}
void voice_say_reply(struct play *p, char *rest) {
    char out[1024];
    snprintf(out, sizeof out, "Content-Type: command/reply\nReply-Text: %s\n\n",
             rest + strspn(rest, " "));
    say_text(p, out);
}
/* A flood: the same line so many bytes long, and its end. */
void voice_say_flood(struct play *p, char *rest) {
    size_t n = (size_t)atoi(voice_word(&rest));
    char *out = malloc(n + 16);
    memset(out, 'x', n);
    memcpy(out, "Junk: ", 6);
    memcpy(out + n, "\r\n", 3);
    say_text(p, out);
    free(out);
}
