#include "http_provider/sse.h"

#define RETRY_MAX_MS 300000

static void forget(struct sse *s) {
    td_arena_reset(s->arena);
    text_init(&s->line, s->arena, s->max_bytes);
    text_init(&s->data, s->arena, s->max_bytes);
    s->name_n = 0;
    s->has_data = false;
}

void sse_init(struct sse *s, size_t max_bytes,
              void (*on_event)(struct sse *s, struct td_str name, struct td_str data)) {
    *s = (struct sse){.on_event = on_event, .max_bytes = max_bytes, .arena = td_arena_new()};
    forget(s);
}

void sse_fini(struct sse *s) {
    td_arena_free(&s->arena);
}

static void dispatch(struct sse *s) {
    struct td_str name = s->name_n ? (struct td_str){s->name, s->name_n} : TD_STR("message");
    if (s->has_data && !s->ended)
        s->on_event(s, name, text_str(&s->data));
    forget(s);
}

static void field(struct sse *s, struct td_str name, struct td_str value) {
    uint64_t ms;
    if (td_str_eqz(name, "data")) {
        if (s->has_data)
            text_putc(&s->data, '\n');
        text_put(&s->data, value);
        s->has_data = true;
    } else if (td_str_eqz(name, "event")) {
        value = td_str_cut(value, sizeof s->name);
        s->name_n = value.n;
        if (value.n)
            memcpy(s->name, value.p, value.n);
    } else if (td_str_eqz(name, "retry") && td_str_to_u64(value, &ms)) {
        s->retry_ms = ms > RETRY_MAX_MS ? RETRY_MAX_MS : (int64_t)ms;
    }
}

static void end_line(struct sse *s) {
    struct td_str line = text_str(&s->line);
    if (!s->begun && line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0)
        line = (struct td_str){line.p + 3, line.n - 3};
    s->begun = true;
    s->line.n = 0;
    if (line.n == 0) {
        dispatch(s);
        return;
    }
    const char *colon = memchr(line.p, ':', line.n);
    size_t n = colon ? (size_t)(colon - line.p) : line.n;
    struct td_str value = {line.p + n + (colon != NULL), line.n - n - (colon != NULL)};
    if (value.n && value.p[0] == ' ')
        value = (struct td_str){value.p + 1, value.n - 1};
    if (n) /* else a comment */
        field(s, (struct td_str){line.p, n}, value);
}

int sse_feed(struct sse *s, struct td_str bytes) {
    for (size_t i = 0; i < bytes.n && !s->ended;) {
        size_t from = i;
        while (i < bytes.n && bytes.p[i] != '\n' && bytes.p[i] != '\r')
            i++;
        if (i > from)
            s->after_cr = false;
        text_put(&s->line, (struct td_str){bytes.p + from, i - from});
        if (s->line.over)
            return TD_ELIMIT;
        if (i < bytes.n) {
            bool second = bytes.p[i] == '\n' && s->after_cr; /* of CR LF */
            s->after_cr = bytes.p[i++] == '\r';
            if (!second)
                end_line(s);
        }
        if (s->data.over)
            return TD_ELIMIT;
    }
    return TD_OK;
}
