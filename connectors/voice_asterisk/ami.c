#include "voice_asterisk/ami.h"

#include "http_provider/text.h"

void ami_reset(struct ami *a) {
    a->used = a->line = a->line_n = a->m.n = 0;
    a->greeted = a->bare = false;
}

static void keep_header(struct ami *a, struct td_str line) {
    const char *colon = memchr(line.p, ':', line.n);
    if (!colon || a->m.n == AMI_HEADERS_MAX) {
        a->used = a->line; /* the next line takes its place */
        return;
    }
    struct td_str value = {colon + 1, line.n - (size_t)(colon + 1 - line.p)};
    a->m.v[a->m.n++] = (struct td_pair){{line.p, (size_t)(colon - line.p)}, text_trim(value)};
}

static void end_message(struct ami *a) {
    if (a->m.n)
        a->message(a->arg, &a->m);
    a->used = a->m.n = 0;
}

static void end_line(struct ami *a) {
    struct td_str line = {a->text + a->line, a->used - a->line};
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!a->greeted) {
        a->greeted = true;
        a->used = 0;
        a->greeting(a->arg, line);
    } else if (a->line_n == 0 || (a->line_n == 1 && line.n == 0)) {
        end_message(a);
    } else if (!a->bare) {
        keep_header(a, line);
    }
    a->line = a->used;
    a->line_n = 0;
    a->bare = false;
}

/* A piece of a line without its end. */
static void keep_piece(struct ami *a, struct td_str piece) {
    size_t have = a->used - a->line, room = AMI_LINE_MAX - have;
    a->line_n += piece.n;
    if (a->bare)
        return;
    if (room > piece.n)
        room = piece.n;
    if (room > AMI_MESSAGE_MAX - a->used) { /* what comes now does not fit any more */
        a->used = a->line;
        a->bare = true;
        return;
    }
    if (room)
        memcpy(a->text + a->used, piece.p, room);
    a->used += room;
}

void ami_feed(struct ami *a, struct td_str bytes) {
    while (bytes.n) {
        const char *end = memchr(bytes.p, '\n', bytes.n);
        size_t n = end ? (size_t)(end - bytes.p) : bytes.n;
        keep_piece(a, (struct td_str){bytes.p, n});
        if (end)
            end_line(a);
        n += end ? 1 : 0;
        bytes = (struct td_str){bytes.p + n, bytes.n - n};
    }
}

static bool is_clean(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return td_str_is_utf8(s);
}

struct td_str ami_get(const struct ami_message *m, const char *name) {
    for (size_t i = 0; i < m->n; i++)
        if (text_eq_nocase(m->v[i].name, td_str_of(name)))
            return is_clean(m->v[i].value) ? m->v[i].value : TD_STR("");
    return TD_STR("");
}
