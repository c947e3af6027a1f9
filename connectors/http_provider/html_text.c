#include "http_provider/html_text.h"

#include "http_provider/text.h"

struct writer {
    struct text out;
    unsigned lines; /* line ends that are due before the next character */
    bool blank;     /* a blank is due */
};

/* ---- writing ---- */

static void put(struct writer *w, struct td_str s) {
    if (!w->out.n)
        w->lines = 0;
    for (unsigned i = 0; i < w->lines; i++)
        text_putc(&w->out, '\n');
    if (w->blank && !w->lines && w->out.n)
        text_putc(&w->out, ' ');
    w->lines = 0;
    w->blank = false;
    text_put(&w->out, s);
}

static void line_ends(struct writer *w, unsigned n) {
    w->lines = n > w->lines ? n : w->lines;
}

static void put_code_point(struct writer *w, uint32_t c) {
    char p[4];
    size_t n = 0;
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = 0xFFFD;
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == 0xA0) {
        w->blank = true;
        return;
    }
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
        return;
    if (c < 0x80) {
        p[n++] = (char)c;
    } else if (c < 0x800) {
        p[n++] = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        p[n++] = (char)(0xE0 | c >> 12);
        p[n++] = (char)(0x80 | (c >> 6 & 63));
    } else {
        p[n++] = (char)(0xF0 | c >> 18);
        p[n++] = (char)(0x80 | (c >> 12 & 63));
        p[n++] = (char)(0x80 | (c >> 6 & 63));
    }
    if (c >= 0x80)
        p[n++] = (char)(0x80 | (c & 63));
    put(w, (struct td_str){p, n});
}

/* ---- references ---- */

static const struct {
    const char *name;
    uint32_t code;
} references[] = {
    {"amp", '&'},      {"lt", '<'},        {"gt", '>'},       {"quot", '"'},     {"apos", '\''},
    {"nbsp", 0xA0},    {"hellip", 0x2026}, {"mdash", 0x2014}, {"ndash", 0x2013}, {"lsquo", 0x2018},
    {"rsquo", 0x2019}, {"sbquo", 0x201A},  {"ldquo", 0x201C}, {"rdquo", 0x201D}, {"bdquo", 0x201E},
    {"laquo", 0xAB},   {"raquo", 0xBB},    {"bull", 0x2022},  {"middot", 0xB7},  {"copy", 0xA9},
    {"reg", 0xAE},     {"trade", 0x2122},  {"euro", 0x20AC},  {"pound", 0xA3},   {"yen", 0xA5},
    {"cent", 0xA2},    {"sect", 0xA7},     {"para", 0xB6},    {"deg", 0xB0},     {"plusmn", 0xB1},
    {"times", 0xD7},   {"divide", 0xF7},   {"frac12", 0xBD},  {"eacute", 0xE9},  {"egrave", 0xE8},
    {"agrave", 0xE0},  {"ccedil", 0xE7},   {"auml", 0xE4},    {"ouml", 0xF6},    {"uuml", 0xFC},
    {"Auml", 0xC4},    {"Ouml", 0xD6},     {"Uuml", 0xDC},    {"szlig", 0xDF},   {"ntilde", 0xF1},
    {"shy", 0xAD},     {"ensp", ' '},      {"emsp", ' '},     {"thinsp", ' '},   {"rarr", 0x2192},
    {"larr", 0x2190},  {"iexcl", 0xA1},    {"iquest", 0xBF},
};

static bool numeric(struct td_str s, uint32_t *code) {
    bool hex = s.n > 1 && (s.p[1] == 'x' || s.p[1] == 'X');
    uint32_t v = 0;
    size_t i = hex ? 2 : 1;
    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        char c = (char)(s.p[i] | 0x20);
        uint32_t digit = s.p[i] >= '0' && s.p[i] <= '9' ? (uint32_t)(s.p[i] - '0')
                         : hex && c >= 'a' && c <= 'f'  ? (uint32_t)(c - 'a' + 10)
                                                        : 99;
        if (digit == 99)
            return false;
        v = v > 0x110000 ? v : v * (hex ? 16 : 10) + digit;
    }
    *code = v;
    return true;
}

/* At "&": how many bytes the reference has; 0: it is none. */
static size_t reference(struct td_str s, uint32_t *code) {
    size_t n = 1;
    while (n < s.n && n < 12 && s.p[n] != ';')
        n++;
    if (n >= s.n || s.p[n] != ';')
        return 0;
    struct td_str name = {s.p + 1, n - 1};
    if (name.n && name.p[0] == '#')
        return numeric(name, code) ? n + 1 : 0;
    for (size_t i = 0; i < sizeof references / sizeof *references; i++)
        if (td_str_eqz(name, references[i].name)) {
            *code = references[i].code;
            return n + 1;
        }
    return 0;
}

/* ---- tags ---- */

struct tag {
    struct td_str name, class; /* as written */
    bool closing;
    size_t n; /* its bytes */
};

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_class(const struct tag *t, const char *name) {
    size_t want = strlen(name);
    for (size_t i = 0; i < t->class.n;) {
        size_t from = i;
        while (i < t->class.n && t->class.p[i] != ' ')
            i++;
        if (i - from == want && memcmp(t->class.p + from, name, want) == 0)
            return true;
        i++;
    }
    return false;
}

/* At "<": a comment, a declaration or a tag; n 0: it is none, and stays. */
static struct tag read_tag(struct td_str s) {
    struct tag t = {0};
    size_t i = 1;
    if (s.n >= 4 && memcmp(s.p, "<!--", 4) == 0) {
        const char *end = memmem(s.p + 4, s.n - 4, "-->", 3);
        t.n = end ? (size_t)(end - s.p) + 3 : s.n;
        return t;
    }
    bool markup = s.n > 1 && (s.p[1] == '!' || s.p[1] == '?');
    t.closing = s.n > 1 && s.p[1] == '/';
    i += t.closing || markup;
    if (!markup && (i >= s.n || !is_letter(s.p[i])))
        return t;
    size_t from = i;
    while (i < s.n && s.p[i] != '>' && s.p[i] != '/' && s.p[i] != ' ' && s.p[i] != '\n' &&
           s.p[i] != '\t')
        i++;
    t.name = (struct td_str){s.p + from, i - from};
    for (; i < s.n && s.p[i] != '>'; i++) {
        if (s.p[i] != '"' && s.p[i] != '\'')
            continue;
        const char *end = memchr(s.p + i + 1, s.p[i], s.n - i - 1);
        size_t n = end ? (size_t)(end - s.p) - i - 1 : s.n - i - 1;
        if (i - from >= 6 && memcmp(s.p + i - 6, "class=", 6) == 0)
            t.class = (struct td_str){s.p + i + 1, n};
        i += n + (end != NULL);
    }
    t.n = i < s.n ? i + 1 : s.n;
    return t;
}

static bool is_one_of(struct td_str name, const char *const *names) {
    for (; *names; names++)
        if (text_eq_nocase(name, td_str_of(*names)))
            return true;
    return false;
}

/* Behind the end tag of an element whose content is no markup. */
static size_t skip_raw(struct td_str s, struct td_str name) {
    for (size_t i = 0; i < s.n;) {
        const char *lt = memchr(s.p + i, '<', s.n - i);
        i = lt ? (size_t)(lt - s.p) : s.n;
        struct td_str at = {s.p + i + 2, s.n - i > 2 ? s.n - i - 2 : 0};
        if (at.n >= name.n && lt[1] == '/' && text_eq_nocase((struct td_str){at.p, name.n}, name)) {
            struct tag t = read_tag((struct td_str){lt, s.n - i});
            return i + (t.n ? t.n : 1);
        }
        i += i < s.n;
    }
    return s.n;
}

/* Behind the end tag that belongs to an opening one whose content is left out. */
static size_t skip_content(struct td_str s, struct td_str name) {
    size_t i = 0, depth = 1;
    while (i < s.n && depth) {
        const char *lt = memchr(s.p + i, '<', s.n - i);
        if (!lt)
            return s.n;
        i = (size_t)(lt - s.p);
        struct tag t = read_tag((struct td_str){lt, s.n - i});
        if (t.n && text_eq_nocase(t.name, name))
            depth = t.closing ? depth - 1 : depth + 1;
        i += t.n ? t.n : 1;
    }
    return i;
}

/* What a tag does; returns how many bytes after it are left out with it. */
static size_t apply(struct writer *w, const struct tag *t, struct td_str rest) {
    static const char *const dropped[] = {"script", "style", "title", "template", "noscript", NULL};
    static const char *const blocks[] = {"div", "ul",         "ol", "tr",      "pre", "table",
                                         "h1",  "h2",         "h3", "h4",      "h5",  "h6",
                                         "hr",  "blockquote", "dl", "dt",      "dd",  "section",
                                         "li",  "figure",     "td", "article", NULL};
    if (!t->name.n)
        return 0;
    if (!t->closing && is_one_of(t->name, dropped))
        return skip_raw(rest, t->name);
    if (text_eq_nocase(t->name, TD_STR("span")) && !t->closing && has_class(t, "invisible"))
        return skip_content(rest, t->name);
    if (text_eq_nocase(t->name, TD_STR("br"))) {
        w->lines = w->lines < 2 ? w->lines + 1 : 2;
        w->blank = false;
    } else if (text_eq_nocase(t->name, TD_STR("p"))) {
        line_ends(w, 2);
    } else if (is_one_of(t->name, blocks)) {
        line_ends(w, 1);
        if (text_eq_nocase(t->name, TD_STR("li")) && !t->closing) {
            put(w, TD_STR("-"));
            w->blank = true;
        }
    }
    return 0;
}

/* A link's visible part of which more is hidden: its text, and that there is more. */
static size_t put_ellipsis(struct writer *w, struct td_str rest) {
    const char *end = rest.n ? memchr(rest.p, '<', rest.n) : NULL;
    size_t n = end ? (size_t)(end - rest.p) : rest.n;
    put(w, (struct td_str){rest.p, n});
    put(w, TD_STR("\u2026"));
    return n;
}

struct td_str html_text(struct td_arena *a, struct td_str html, size_t max) {
    struct writer w = {0};
    text_init(&w.out, a, 4 * html.n + 16);
    for (size_t i = 0; i < html.n && w.out.n <= max;) {
        struct td_str rest = {html.p + i, html.n - i};
        uint32_t code = (unsigned char)rest.p[0];
        size_t n = 1;
        struct tag t = {0};
        if (rest.p[0] == '<' && (t = read_tag(rest)).n) {
            i += t.n;
            rest = (struct td_str){html.p + i, html.n - i};
            bool more = !t.closing && text_eq_nocase(t.name, TD_STR("span")) &&
                        has_class(&t, "ellipsis");
            i += more ? put_ellipsis(&w, rest) : apply(&w, &t, rest);
            continue;
        }
        if (rest.p[0] == '&' && (n = reference(rest, &code)) == 0)
            n = 1;
        if (n == 1 && code >= 0x80)
            put(&w, (struct td_str){rest.p, 1}); /* a byte of UTF-8, as it is */
        else
            put_code_point(&w, code);
        i += n;
    }
    return text_trim(td_str_cut(text_str(&w.out), max));
}
