#include "email/imap_parse.h"

#include "http_provider/text.h"

#include <stdlib.h>
#include <time.h>

void imap_reader_init(struct imap_reader *r, size_t max) {
    *r = (struct imap_reader){.max = max};
}

void imap_reader_fini(struct imap_reader *r) {
    free(r->p);
    *r = (struct imap_reader){0};
}

int imap_reader_feed(struct imap_reader *r, const char *p, size_t n) {
    if (r->taken) {
        r->n -= r->taken;
        memmove(r->p, r->p + r->taken, r->n);
        r->taken = 0;
    }
    if (r->n + n > r->max)
        return TD_ELIMIT;
    if (r->n + n > r->cap) {
        size_t cap = r->cap * 2 > r->n + n ? r->cap * 2 : r->n + n + 4096;
        char *more = realloc(r->p, cap);
        if (!more)
            abort(); /* see arena.h */
        r->p = more;
        r->cap = cap;
    }
    memcpy(r->p + r->n, p, n);
    r->n += n;
    return TD_OK;
}

/* "…{12}" at the end of a line: the length of the literal; −1: none. −2: nonsense. */
static int64_t literal_at_end(struct td_str line) {
    if (line.n < 3 || line.p[line.n - 1] != '}')
        return -1;
    size_t end = line.n - 1;
    if (line.p[end - 1] == '+')
        end--;
    size_t from = end;
    while (from > 0 && line.p[from - 1] >= '0' && line.p[from - 1] <= '9')
        from--;
    uint64_t n;
    if (from == end || from == 0 || line.p[from - 1] != '{')
        return -1;
    if (!td_str_to_u64((struct td_str){line.p + from, end - from}, &n) || n > INT32_MAX)
        return -2;
    return (int64_t)n;
}

/* The length of the first response in `in`, with its CR LF; 0: not whole yet. */
static size_t whole(struct imap_reader *r, struct td_str in, int *rc) {
    size_t at = r->scanned; /* the begin of a line or of what follows a literal */
    while (at < in.n) {
        const char *end = memchr(in.p + at, '\n', in.n - at);
        if (!end)
            return 0;
        size_t line_end = (size_t)(end - in.p);
        size_t n = line_end - at;
        if (n && in.p[line_end - 1] == '\r')
            n--;
        int64_t literal = literal_at_end((struct td_str){in.p + at, n});
        if (literal == -2 || (literal > 0 && (uint64_t)literal > r->max)) {
            *rc = literal == -2 ? TD_EPARSE : TD_ELIMIT;
            return 0;
        }
        if (literal < 0)
            return line_end + 1;
        if (line_end + 1 + (size_t)literal > in.n)
            return 0; /* the line is looked at again: it is short */
        at = line_end + 1 + (size_t)literal;
        r->scanned = at;
    }
    return 0;
}

/* ---- the inside of a response ---- */

static struct td_str word(struct td_str *s) {
    size_t n = 0;
    while (s->n && s->p[0] == ' ')
        s->p++, s->n--;
    while (n < s->n && s->p[n] != ' ' && s->p[n] != '\r' && s->p[n] != '\n')
        n++;
    struct td_str w = {s->p, n};
    s->p += n;
    s->n -= n;
    while (s->n && s->p[0] == ' ')
        s->p++, s->n--;
    return w;
}

static void status(struct td_str s, struct imap_response *out) {
    if (s.n && s.p[0] == '[') {
        const char *end = memchr(s.p, ']', s.n);
        if (end) {
            struct td_str code = {s.p + 1, (size_t)(end - s.p) - 1};
            out->code = word(&code);
            out->code_value = code;
            s.n -= (size_t)(end - s.p) + 1;
            s.p = end + 1;
        }
    }
    out->text = text_trim(s);
}

/* One token; false: the end, or more than fits. */
static bool token(struct td_str *s, struct imap_token *out, int *rc) {
    while (s->n && (s->p[0] == ' ' || s->p[0] == '\r' || s->p[0] == '\n'))
        s->p++, s->n--;
    if (!s->n)
        return false;
    size_t n = 1, skip = 0;
    char c = s->p[0];
    *out = (struct imap_token){.kind = IMAP_ATOM};
    if (c == '(' || c == ')') {
        out->kind = c == '(' ? IMAP_OPEN : IMAP_CLOSE;
    } else if (c == '"') {
        while (n < s->n && s->p[n] != '"')
            n += s->p[n] == '\\' ? 2 : 1;
        if (n >= s->n) {
            *rc = TD_EPARSE;
            return false;
        }
        out->kind = IMAP_STRING;
        out->s = (struct td_str){s->p + 1, n - 1};
        n++;
    } else if (c == '{') {
        const char *end = memchr(s->p, '\n', s->n);
        size_t head = end ? (size_t)(end - s->p) + 1 : 0;
        struct td_str line = {s->p, end ? head - 1 - (head > 1 && end[-1] == '\r') : 0};
        /* literal_at_end wants a character before the brace */
        int64_t literal = -1;
        char copy[32];
        if (line.n && line.n < sizeof copy - 1) {
            copy[0] = ' ';
            memcpy(copy + 1, line.p, line.n);
            literal = literal_at_end((struct td_str){copy, line.n + 1});
        }
        if (literal < 0 || head + (size_t)literal > s->n) {
            *rc = TD_EPARSE;
            return false;
        }
        out->kind = IMAP_STRING;
        out->s = (struct td_str){s->p + head, (size_t)literal};
        n = head + (size_t)literal;
    } else {
        unsigned brackets = c == '[';
        while (n < s->n && s->p[n] != '\r' && s->p[n] != '\n' &&
               (brackets || (s->p[n] != ' ' && s->p[n] != '(' && s->p[n] != ')'))) {
            brackets += s->p[n] == '[';
            brackets -= brackets && s->p[n] == ']';
            n++;
        }
        out->s = (struct td_str){s->p, n};
    }
    s->p += n + skip;
    s->n -= n + skip;
    return true;
}

static int tokens(struct td_str s, struct imap_response *out) {
    int rc = TD_OK;
    unsigned depth = 0;
    struct imap_token t;
    while (token(&s, &t, &rc)) {
        if (t.kind == IMAP_OPEN && depth++ == 0)
            continue;
        if (t.kind == IMAP_CLOSE && (depth == 0 || --depth == 0))
            break;
        if (out->n == IMAP_TOKENS)
            return TD_EPARSE;
        out->tokens[out->n++] = t;
    }
    return rc;
}

static bool is_status(struct td_str name) {
    static const char *const names[] = {"OK", "NO", "BAD", "BYE", "PREAUTH", NULL};
    for (size_t i = 0; names[i]; i++)
        if (text_eq_nocase(name, td_str_of(names[i])))
            return true;
    return false;
}

static int parse(struct td_str s, struct imap_response *out) {
    out->is_continue = s.p[0] == '+';
    out->tag = word(&s);
    if (out->is_continue) {
        out->text = text_trim(s);
        return TD_OK;
    }
    out->name = word(&s);
    if (td_str_to_u64(out->name, &out->number))
        out->name = word(&s);
    if (!out->tag.n || !out->name.n)
        return TD_EPARSE;
    if (is_status(out->name))
        status(s, out);
    else if (text_eq_nocase(out->name, TD_STR("FETCH")))
        return tokens(s, out);
    else
        out->text = text_trim(s);
    return TD_OK;
}

bool imap_reader_next(struct imap_reader *r, struct imap_response *out, int *rc) {
    *rc = TD_OK;
    struct td_str in = {r->p + r->taken, r->n - r->taken};
    memset(out, 0, offsetof(struct imap_response, tokens));
    out->n = 0;
    size_t n = in.n ? whole(r, in, rc) : 0;
    if (!n)
        return false;
    r->taken += n;
    r->scanned = 0;
    *rc = parse((struct td_str){in.p, n}, out);
    return *rc == TD_OK;
}

const struct imap_token *imap_item(const struct imap_response *r, const char *name) {
    unsigned depth = 0;
    bool is_name = true; /* names and values take turns */
    for (size_t i = 0; i < r->n; i++) {
        const struct imap_token *t = &r->tokens[i];
        if (t->kind == IMAP_OPEN)
            depth++;
        if (depth == 0) {
            if (is_name && t->kind == IMAP_ATOM && text_eq_nocase(t->s, td_str_of(name)))
                return i + 1 < r->n ? t + 1 : NULL;
            is_name = !is_name;
        }
        if (t->kind == IMAP_CLOSE && depth && --depth == 0)
            is_name = true;
    }
    return NULL;
}

int64_t imap_date_ms(struct td_str s) {
    struct tm tm = {0};
    char copy[40];
    if (s.n >= sizeof copy)
        return 0;
    memcpy(copy, s.p ? s.p : "", s.n);
    copy[s.n] = 0;
    const char *from = copy[0] == ' ' ? copy + 1 : copy;
    const char *end = strptime(from, "%d-%b-%Y %H:%M:%S %z", &tm);
    if (!end || *end)
        return 0;
    long offset = tm.tm_gmtoff; /* timegm writes it over */
    return ((int64_t)timegm(&tm) - offset) * 1000;
}

bool imap_quote(char *out, size_t max, struct td_str s) {
    size_t n = 0;
    if (s.n * 2 + 3 > max)
        return false;
    out[n++] = '"';
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < ' ' || c >= 0x7f)
            return false;
        if (c == '"' || c == '\\')
            out[n++] = '\\';
        out[n++] = (char)c;
    }
    out[n++] = '"';
    out[n] = 0;
    return true;
}
