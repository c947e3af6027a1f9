#include "email/quote.h"

#include "http_provider/text.h"

enum { LINES_MAX = 20000 };

struct line {
    struct td_str s; /* without its end */
    size_t at;
};

static bool next_line(struct td_str text, size_t *at, struct line *out) {
    if (*at >= text.n)
        return false;
    const char *from = text.p + *at, *end = memchr(from, '\n', text.n - *at);
    size_t n = end ? (size_t)(end - from) : text.n - *at;
    *out = (struct line){{from, n && from[n - 1] == '\r' ? n - 1 : n}, *at};
    *at += n + (end != NULL);
    return true;
}

/* "-----Original Message-----" in the languages of the usual programs; the rest follows it. */
static bool is_divider(struct td_str s) {
    static const char *const words[] = {"Original Message",          "Ursprüngliche Nachricht",
                                        "Message d'origine",         "Mensaje original",
                                        "Mensagem original",         "Messaggio originale",
                                        "Oorspronkelijk bericht",    "Forwarded message",
                                        "Weitergeleitete Nachricht", NULL};
    s = text_trim(s);
    if (s.n < 10 || memcmp(s.p, "---", 3) != 0 || s.p[s.n - 1] != '-')
        return false;
    for (size_t i = 0; words[i]; i++)
        if (memmem(s.p, s.n, words[i], strlen(words[i])))
            return true;
    return false;
}

/* "On Mon, 1 May 2023, Anna wrote:": ends in a colon, stands right before the quote. */
static bool is_attribution(struct td_str s) {
    s = text_trim(s);
    return s.n > 8 && s.n < 400 && s.p[s.n - 1] == ':';
}

static bool begins_attribution(struct td_str s) {
    static const char *const words[] = {"On ", "Am ", "Le ", "El ", "Em ", "Il ", "Op ", NULL};
    s = text_trim(s);
    for (size_t i = 0; words[i]; i++)
        if (td_str_starts(s, td_str_of(words[i])))
            return true;
    return false;
}

static bool is_outlook_header(struct td_str s) {
    static const char *const words[] = {"From:", "Von:", "De :", "De:", "Da:", "Van:", NULL};
    for (size_t i = 0; words[i]; i++)
        if (td_str_starts(s, td_str_of(words[i])))
            return true;
    return false;
}

/* Four header-like lines in a row, as Outlook writes them under its rule. */
static bool is_header_block(struct td_str text, size_t at) {
    struct line l;
    unsigned colons = 0;
    for (unsigned i = 0; i < 5 && next_line(text, &at, &l); i++) {
        if (!text_trim(l.s).n)
            break;
        const char *colon = memchr(l.s.p, ':', l.s.n < 20 ? l.s.n : 20);
        colons += colon != NULL;
    }
    return colons >= 4;
}

static void split_at(struct td_str text, size_t at, struct td_str *fresh, struct td_str *quoted) {
    *fresh = text_trim((struct td_str){text.p, at});
    *quoted = text_trim((struct td_str){text.p + at, text.n - at});
}

void quote_split(struct td_str text, struct td_str *fresh, struct td_str *quoted) {
    struct line l, last = {0};
    size_t at = 0, begin = SIZE_MAX, lines = 0;
    bool has_last = false; /* the last line that is not blank */
    struct line before = {0};
    *fresh = text_trim(text);
    *quoted = TD_STR("");
    while (next_line(text, &at, &l) && lines++ < LINES_MAX) {
        struct td_str s = text_trim(l.s);
        if (is_divider(l.s) || (is_outlook_header(s) && is_header_block(text, l.at))) {
            split_at(text, begin != SIZE_MAX ? begin : l.at, fresh, quoted);
            if (!fresh->n) /* a forwarded mail, with nothing said about it: all of it is news */
                *fresh = *quoted, *quoted = TD_STR("");
            return;
        }
        if (!s.n)
            continue;
        if (l.s.n && l.s.p[0] == '>') {
            if (begin == SIZE_MAX)
                begin = !has_last || !is_attribution(last.s) ? l.at
                        : before.s.p && !begins_attribution(last.s) && begins_attribution(before.s)
                            ? before.at
                            : last.at;
        } else {
            begin = SIZE_MAX; /* something follows the quote: no trailing one */
        }
        before = last;
        last = l;
        has_last = true;
    }
    if (begin != SIZE_MAX && begin > 0 && text_trim((struct td_str){text.p, begin}).n)
        split_at(text, begin, fresh, quoted);
}

struct td_str quote_unflow(struct td_arena *a, struct td_str text, bool delsp) {
    struct text out;
    struct line l;
    size_t at = 0;
    text_init(&out, a, text.n + 16);
    while (next_line(text, &at, &l)) {
        struct td_str s = l.s;
        bool quoted = s.n && s.p[0] == '>', signature = td_str_eqz(s, "-- ");
        if (!quoted && s.n && s.p[0] == ' ')
            s.p++, s.n--; /* space-stuffed */
        bool soft = !quoted && !signature && s.n && s.p[s.n - 1] == ' ';
        if (soft && delsp)
            s.n--;
        text_put(&out, s);
        if (!soft)
            text_putc(&out, '\n');
    }
    return out.over ? text : text_str(&out);
}
