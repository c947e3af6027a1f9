#include "voice_freeswitch/esl.h"

#include "http_provider/text.h"

void esl_init(struct esl *e) {
    e->arena = td_arena_new();
    esl_reset(e);
}

void esl_fini(struct esl *e) {
    td_arena_free(&e->arena);
}

void esl_reset(struct esl *e) {
    td_arena_reset(e->arena);
    e->head_n = e->body_n = e->body_left = e->body_cap = e->body_want = 0;
    e->body = NULL;
    e->in_body = false;
}

/* ---- lines ---- */

struct td_str esl_clean(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return TD_STR("");
    return td_str_is_utf8(s) ? s : TD_STR("");
}

static struct td_str next_line(struct td_str *text) {
    const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;
    size_t n = end ? (size_t)(end - text->p) : text->n;
    struct td_str line = {text->p, n};
    n += end ? 1 : 0;
    *text = (struct td_str){text->p + n, text->n - n};
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static void read_lines(struct td_str text, struct esl_fields *out) {
    out->n = 0;
    while (text.n && out->n < ESL_HEADERS_MAX) {
        struct td_str line = next_line(&text);
        const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
        if (!line.n)
            return;
        if (colon)
            out->v[out->n++] = (struct td_pair){
                {line.p, (size_t)(colon - line.p)},
                text_trim((struct td_str){colon + 1, line.n - (size_t)(colon + 1 - line.p)})};
    }
}

struct td_str esl_get(const struct esl_fields *f, const char *name) {
    for (size_t i = 0; i < f->n; i++)
        if (text_eq_nocase(f->v[i].name, td_str_of(name)))
            return esl_clean(f->v[i].value);
    return TD_STR("");
}

/* A broken escape stays as it is: FreeSWITCH sends none. */
static struct td_str decode(struct td_arena *a, struct td_str s) {
    char *p = td_arena_alloc(a, s.n + 1);
    size_t n = 0, one;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t byte;
        bool escape = s.p[i] == '%' && s.n - i >= 3 &&
                      text_unhex((struct td_str){s.p + i + 1, 2}, &byte, 1, &one);
        p[n++] = escape ? (char)byte : s.p[i];
        i += escape ? 2 : 0;
    }
    return (struct td_str){p, n};
}

void esl_event(struct td_arena *a, struct td_str body, struct esl_fields *out) {
    read_lines(body, out);
    for (size_t i = 0; i < out->n; i++)
        out->v[i].value = decode(a, out->v[i].value);
}

/* ---- frames ---- */

static void end_frame(struct esl *e) {
    e->f.body = (struct td_str){e->body, e->body_n};
    e->frame(e->arg, &e->f);
    esl_reset(e);
}

/* The head is whole. false: its length is nonsense. */
static bool end_head(struct esl *e) {
    uint64_t length = 0;
    read_lines((struct td_str){e->head, e->head_n}, &e->f.head);
    struct td_str given = esl_get(&e->f.head, "Content-Length");
    e->f.type = esl_get(&e->f.head, "Content-Type");
    if (given.n && (!td_str_to_u64(given, &length) || length > ESL_BODY_SKIP_MAX))
        return false;
    e->f.too_large = length > ESL_BODY_MAX;
    e->body_left = e->body_want = (size_t)length;
    e->in_body = true;
    return true;
}

static bool feed_head(struct esl *e, struct td_str *bytes) {
    while (bytes->n && !e->in_body) {
        char c = *bytes->p++;
        bytes->n--;
        if (e->head_n == 0 && (c == '\n' || c == '\r'))
            continue; /* between frames */
        if (e->head_n == ESL_HEAD_MAX)
            return false;
        e->head[e->head_n++] = c;
        size_t n = e->head_n;
        bool blank = c == '\n' && n >= 2 &&
                     (e->head[n - 2] == '\n' ||
                      (n >= 3 && e->head[n - 2] == '\r' && e->head[n - 3] == '\n'));
        if (blank && !end_head(e))
            return false;
    }
    return true;
}

/* Grows with what has come: a length that is only announced costs nothing. */
static void keep(struct esl *e, struct td_str piece) {
    if (e->body_n + piece.n > e->body_cap) {
        size_t cap = e->body_cap ? e->body_cap * 2 : 4096;
        while (cap < e->body_n + piece.n)
            cap *= 2;
        char *p = td_arena_alloc(e->arena, cap);
        if (e->body_n)
            memcpy(p, e->body, e->body_n);
        e->body = p;
        e->body_cap = cap;
    }
    memcpy(e->body + e->body_n, piece.p, piece.n);
    e->body_n += piece.n;
}

bool esl_feed(struct esl *e, struct td_str bytes) {
    while (bytes.n || (e->in_body && !e->body_left)) {
        if (!e->in_body) {
            if (!feed_head(e, &bytes))
                return false;
            continue;
        }
        size_t n = bytes.n < e->body_left ? bytes.n : e->body_left;
        if (n && !e->f.too_large)
            keep(e, (struct td_str){bytes.p, n});
        e->body_left -= n;
        bytes = (struct td_str){bytes.n ? bytes.p + n : bytes.p, bytes.n - n};
        if (!e->body_left)
            end_frame(e);
    }
    return true;
}
