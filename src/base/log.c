#include "base/fields.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <tandem/log.h>
#include <tandem/str.h>
#include <time.h>
#include <unistd.h>

/* PIPE_BUF on Linux: a line goes into a pipe whole, other processes' lines before or after it. */
#define LINE_SIZE 4096
/* What may still follow when the line is full: a closing quote, a mark, the end. */
#define TAIL_SIZE 32

static atomic_int min_level = TD_INFO;
static atomic_bool as_json;
/* Keeps a line together also where one write was not enough for it. */
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;

struct line {
    char p[LINE_SIZE];
    size_t n;
    bool json;
    bool full; /* something was left out */
};

void td_log_setup(enum td_log_level min, int json) {
    atomic_store(&min_level, (int)min);
    atomic_store(&as_json, json != 0);
}

static bool fits(const struct line *l, size_t n) {
    return l->n + n <= LINE_SIZE - TAIL_SIZE;
}

static void put(struct line *l, struct td_str s) {
    if (s.n)
        memcpy(l->p + l->n, s.p, s.n);
    l->n += s.n;
}

/* Takes one character off s; bytes that are no UTF-8 come one by one. */
static struct td_str take_char(struct td_str *s, bool *valid) {
    struct td_str c = {s->p, 1};
    for (; c.n <= 4 && c.n <= s->n; c.n++)
        if ((*valid = td_str_is_utf8(c)))
            break;
    if (!*valid)
        c.n = 1;
    s->p += c.n;
    s->n -= c.n;
    return c;
}

/* The characters that steer a terminal or end a line: C0, DEL, C1, the separators of lines and of
 * paragraphs. */
static bool is_control(struct td_str c, unsigned *code) {
    const unsigned char *b = (const unsigned char *)c.p;
    *code = 0;
    if (c.n == 1)
        *code = b[0];
    if (c.n == 2)
        *code = (unsigned)((b[0] & 0x1f) << 6 | (b[1] & 0x3f));
    if (c.n == 3)
        *code = (unsigned)((b[0] & 0xf) << 12 | (b[1] & 0x3f) << 6 | (b[2] & 0x3f));
    return c.n <= 3 &&
           (*code < 0x20 || (*code >= 0x7f && *code < 0xa0) || *code == 0x2028 || *code == 0x2029);
}

/* JSON's escapes, in logfmt too: its readers expect the same. */
static void put_quoted(struct line *l, struct td_str s) {
    l->p[l->n++] = '"';
    while (s.n) {
        char escape[8];
        bool valid = false;
        unsigned code;
        struct td_str c = take_char(&s, &valid);
        if (!valid) {
            c = TD_STR("\\ufffd");
        } else if (*c.p == '"' || *c.p == '\\') {
            escape[0] = '\\';
            escape[1] = *c.p;
            c = (struct td_str){escape, 2};
        } else if (*c.p == '\n') {
            c = TD_STR("\\n");
        } else if (*c.p == '\r') {
            c = TD_STR("\\r");
        } else if (*c.p == '\t') {
            c = TD_STR("\\t");
        } else if (is_control(c, &code)) {
            int n = snprintf(escape, sizeof escape, "\\u%04x", code & 0xffff);
            c = (struct td_str){escape, (size_t)n};
        }
        if (!fits(l, c.n)) {
            l->full = true;
            break;
        }
        put(l, c);
    }
    l->p[l->n++] = '"';
}

static bool is_plain(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("\"=\\", s.p[i]))
            return false;
    return s.n > 0;
}

static size_t digits(struct td_str s, size_t at) {
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    return n;
}

/* Of JSON's grammar, which has no leading zeros, no "+1", no "inf". */
static bool is_number(struct td_str s) {
    size_t i = 0, n;
    if (i < s.n && s.p[i] == '-')
        i++;
    if ((n = digits(s, i)) == 0 || (n > 1 && s.p[i] == '0'))
        return false;
    i += n;
    if (i < s.n && s.p[i] == '.') {
        if ((n = digits(s, ++i)) == 0)
            return false;
        i += n;
    }
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
            i++;
        if ((n = digits(s, i)) == 0)
            return false;
        i += n;
    }
    return i == s.n;
}

enum form {
    TEXT,   /* a string */
    QUOTED, /* a string that has its quotes in logfmt, even if it needs none */
    NUMBER, /* perhaps one */
    WORD    /* written as it is */
};

static void put_pair(struct line *l, struct td_str key, struct td_str value, enum form form) {
    bool plain = form == WORD || (form == NUMBER && is_number(value)) ||
                 (!l->json && form != QUOTED && is_plain(value));
    /* 8: the quotes of the key, a colon, a comma, the quote that opens the value. */
    if (l->full || !fits(l, key.n + 8 + (plain ? value.n : 0))) {
        l->full = true;
        return;
    }
    if (l->n)
        l->p[l->n++] = l->json ? ',' : ' ';
    if (l->json && !l->n)
        l->p[l->n++] = '{';
    if (l->json)
        l->p[l->n++] = '"';
    /* Keys are of the program's own making; this keeps a mistake in one harmless. */
    for (size_t i = 0; i < key.n; i++) {
        struct td_str c = {key.p + i, 1};
        l->p[l->n++] = is_plain(c) ? key.p[i] : '_';
    }
    if (l->json)
        l->p[l->n++] = '"';
    l->p[l->n++] = l->json ? ':' : '=';
    if (plain)
        put(l, value);
    else
        put_quoted(l, value);
}

static void put_time(struct line *l) {
    struct timespec now;
    struct tm tm;
    char text[40];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    int rest = snprintf(text + n, sizeof text - n, ".%03dZ", (int)(now.tv_nsec / 1000000));
    put_pair(l, TD_STR("ts"), (struct td_str){text, n + (size_t)rest}, TEXT);
}

static void put_fields(struct line *l, struct fields *it) {
    struct field f;
    while (!l->full && fields_next(it, &f)) {
        struct td_str value = {f.value, f.value_n};
        enum form form = f.quoted ? QUOTED : f.text ? TEXT : NUMBER;
        if (f.bare) {
            value = TD_STR("true");
            form = WORD;
        }
        put_pair(l, (struct td_str){f.key, f.key_n}, value, form);
    }
}

static void write_line(const struct line *l) {
    pthread_mutex_lock(&out_lock);
    for (size_t at = 0; at < l->n;) {
        ssize_t n = write(STDERR_FILENO, l->p + at, l->n - at);
        if (n > 0)
            at += (size_t)n;
        else if (n == 0 || errno != EINTR)
            break; /* there is nobody to tell */
    }
    pthread_mutex_unlock(&out_lock);
}

void td_log(enum td_log_level level, const char *module, const char *msg, const char *fields, ...) {
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load(&min_level))
        return;
    int saved_errno = errno;
    struct line l;
    l.n = 0;
    l.json = atomic_load(&as_json);
    l.full = false;
    put_time(&l);
    put_pair(&l, TD_STR("level"), td_str_of(names[level]), TEXT);
    put_pair(&l, TD_STR("mod"), td_str_of(module), TEXT);
    put_pair(&l, TD_STR("msg"), td_str_of(msg), TEXT);
    struct fields it = {.fmt = fields, .errno_value = saved_errno};
    va_start(it.args, fields);
    put_fields(&l, &it);
    va_end(it.args);
    if (l.full)
        put(&l, l.json ? TD_STR(",\"truncated\":true") : TD_STR(" truncated=true"));
    if (l.json)
        l.p[l.n++] = '}';
    l.p[l.n++] = '\n';
    write_line(&l);
    errno = saved_errno;
}
