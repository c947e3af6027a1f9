#include "social_bluesky/facets.h"

#include "http_provider/text.h"
#include "http_provider/unicode.h"

enum { TAG_GRAPHEMES_MAX = 64, TAG_BYTES_MAX = 640, HANDLE_MAX = 253 };

static struct td_str word_at(struct td_str s) {
    struct td_str rest = s;
    while (rest.n) {
        struct td_str before = rest;
        if (unicode_is_space(unicode_next(&rest)))
            return (struct td_str){s.p, s.n - before.n};
    }
    return s;
}

/* Without the punctuation that ends a sentence rather than the word; `keep` may stay. */
static struct td_str without_end(struct td_str s, const char *keep) {
    for (;;) {
        struct td_str rest = s, last = s;
        uint32_t c = 0;
        while (rest.n) {
            last = rest;
            c = unicode_next(&rest);
        }
        if (!s.n || !unicode_is_punctuation(c) || (c < 128 && strchr(keep, (int)c)))
            return s;
        s.n -= last.n;
    }
}

static bool link_at(struct td_str word, struct facet *f) {
    size_t scheme = text_starts_nocase(word, "https://")  ? 8
                    : text_starts_nocase(word, "http://") ? 7
                                                          : 0;
    if (!scheme)
        return false;
    struct td_str url = word;
    const char *open = memchr(word.p, '(', word.n);
    for (size_t i = scheme; i < url.n; i++)
        if (url.p[i] == '"' || url.p[i] == '<' || url.p[i] == '>')
            url.n = i;
    url = without_end(url, open ? "/&-_#%)" : "/&-_#%"); /* a ")" belongs to it if its "(" does */
    f->kind = FACET_LINK;
    f->value = url;
    f->to = url.n;
    return url.n > scheme;
}

static bool is_handle_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}

static bool mention_at(struct td_str word, struct facet *f) {
    size_t n = 1;
    if (word.p[0] != '@')
        return false;
    while (n < word.n && is_handle_char(word.p[n]))
        n++;
    while (n > 1 && (word.p[n - 1] == '.' || word.p[n - 1] == '-'))
        n--;
    f->kind = FACET_MENTION;
    f->value = (struct td_str){word.p + 1, n - 1};
    f->to = n;
    return f->value.n && f->value.n <= HANDLE_MAX && memchr(f->value.p, '.', f->value.n);
}

static bool tag_at(struct td_str word, struct facet *f) {
    struct td_str tag = word, rest;
    uint32_t c = unicode_next(&tag);
    bool letters = false;
    if (c != '#' && c != 0xFF03)
        return false;
    size_t sign = word.n - tag.n;
    for (rest = tag; rest.n;) { /* invisible characters end it */
        struct td_str before = rest;
        c = unicode_next(&rest);
        if (c == 0xAD || c == 0x2060 || (c >= 0x200A && c <= 0x200D) || c == 0x20E2) {
            tag.n -= before.n;
            break;
        }
        letters |= !unicode_is_punctuation(c) && !(c >= '0' && c <= '9');
    }
    tag = without_end(tag, "");
    f->kind = FACET_TAG;
    f->value = tag;
    f->to = sign + tag.n;
    return letters && tag.n && tag.n <= TAG_BYTES_MAX &&
           unicode_graphemes(tag) <= TAG_GRAPHEMES_MAX;
}

size_t facets_find(struct td_str text, struct facet out[FACETS_FOUND_MAX]) {
    struct td_str rest = text;
    bool begins = true; /* a word may begin here: at the start, after a blank or "(" */
    size_t n = 0;
    while (rest.n && n < FACETS_FOUND_MAX) {
        struct facet f = {.from = text.n - rest.n};
        struct td_str word = begins ? word_at(rest) : TD_STR("");
        if (word.n && (link_at(word, &f) || mention_at(word, &f) || tag_at(word, &f))) {
            rest = (struct td_str){rest.p + f.to, rest.n - f.to};
            f.to += f.from;
            out[n++] = f;
            begins = false;
            continue;
        }
        uint32_t c = unicode_next(&rest);
        begins = unicode_is_space(c) || c == '(';
    }
    return n;
}
