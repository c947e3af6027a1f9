#include "email/html_rules.h"

#include "http_provider/text.h"

#include <strings.h>

/* ---- tags ---- */

enum { ALLOW = 1, DROP = 2, VOID = 4, LINE = 8, GAP = 16 };

static const struct {
    const char *tag;
    unsigned what;
} tags[] = {
    {"a", ALLOW},
    {"abbr", ALLOW},
    {"acronym", ALLOW},
    {"address", ALLOW | LINE},
    {"applet", DROP},
    {"article", LINE},
    {"audio", DROP},
    {"b", ALLOW},
    {"base", DROP},
    {"big", ALLOW},
    {"blockquote", ALLOW | GAP},
    {"br", ALLOW | VOID},
    {"button", 0},
    {"canvas", DROP},
    {"caption", ALLOW | LINE},
    {"center", ALLOW | LINE},
    {"cite", ALLOW},
    {"code", ALLOW},
    {"col", ALLOW | VOID},
    {"colgroup", ALLOW},
    {"dd", ALLOW | LINE},
    {"del", ALLOW},
    {"div", ALLOW | LINE},
    {"dl", ALLOW | GAP},
    {"dt", ALLOW | LINE},
    {"em", ALLOW},
    {"embed", DROP},
    {"font", ALLOW},
    {"footer", LINE},
    {"frame", DROP},
    {"frameset", DROP},
    {"h1", ALLOW | GAP},
    {"h2", ALLOW | GAP},
    {"h3", ALLOW | GAP},
    {"h4", ALLOW | GAP},
    {"h5", ALLOW | GAP},
    {"h6", ALLOW | GAP},
    {"head", DROP},
    {"header", LINE},
    {"hr", ALLOW | VOID | LINE},
    {"i", ALLOW},
    {"iframe", DROP},
    {"img", ALLOW | VOID},
    {"ins", ALLOW},
    {"kbd", ALLOW},
    {"li", ALLOW | LINE},
    {"link", DROP},
    {"math", DROP},
    {"meta", DROP},
    {"noembed", DROP},
    {"noframes", DROP},
    {"noscript", DROP},
    {"object", DROP},
    {"ol", ALLOW | GAP},
    {"p", ALLOW | GAP},
    {"param", DROP},
    {"plaintext", DROP},
    {"pre", ALLOW | GAP},
    {"q", ALLOW},
    {"s", ALLOW},
    {"samp", ALLOW},
    {"script", DROP},
    {"section", LINE},
    {"select", DROP},
    {"small", ALLOW},
    {"source", DROP},
    {"span", ALLOW},
    {"strike", ALLOW},
    {"strong", ALLOW},
    {"style", DROP},
    {"sub", ALLOW},
    {"sup", ALLOW},
    {"svg", DROP},
    {"table", ALLOW | LINE},
    {"tbody", ALLOW},
    {"td", ALLOW},
    {"template", DROP},
    {"textarea", DROP},
    {"tfoot", ALLOW},
    {"th", ALLOW},
    {"thead", ALLOW},
    {"title", DROP},
    {"tr", ALLOW | LINE},
    {"tt", ALLOW},
    {"u", ALLOW},
    {"ul", ALLOW | GAP},
    {"var", ALLOW},
    {"video", DROP},
    {"xmp", DROP},
};

static unsigned what_of(struct td_str tag) {
    for (size_t i = 0; tag.n && i < sizeof tags / sizeof *tags; i++)
        if (td_str_eqz(tag, tags[i].tag))
            return tags[i].what;
    return 0;
}

bool html_rules_allows(struct td_str tag) {
    return what_of(tag) & ALLOW;
}
bool html_rules_drops(struct td_str tag) {
    return what_of(tag) & DROP;
}
bool html_rules_is_void(struct td_str tag) {
    return what_of(tag) & VOID;
}
unsigned html_rules_lines(struct td_str tag) {
    unsigned what = what_of(tag);
    return what & GAP ? 2 : what & LINE ? 1 : 0;
}

/* ---- values ---- */

/* As a browser reads it: blanks and control characters at the front and line ends within are
 * nothing. */
static bool has_scheme(struct td_str url, const char *const *schemes) {
    while (url.n && (unsigned char)url.p[0] <= ' ')
        url.p++, url.n--;
    for (size_t i = 0; schemes[i]; i++)
        if (text_starts_nocase(url, schemes[i]))
            return true;
    return false;
}

bool html_rules_link(struct td_str url) {
    static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:", NULL};
    return has_scheme(url, schemes);
}

static bool is_number(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '%' || s.p[i] == '.'))
            return false;
    return s.n > 0 && s.n <= 8;
}

static bool is_word(struct td_str s) { /* a colour, a direction, a language */
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '#' || c == '-'))
            return false;
    }
    return s.n > 0 && s.n <= 40;
}

static const char *const style_names[] = {"color",           "background-color",
                                          "font-weight",     "font-style",
                                          "font-size",       "text-align",
                                          "text-decoration", "width",
                                          "max-width",       "padding",
                                          "padding-left",    "padding-right",
                                          "padding-top",     "padding-bottom",
                                          "border",          "border-left",
                                          "border-collapse", "vertical-align",
                                          "line-height",     "list-style-type",
                                          "white-space",     "margin",
                                          "margin-left",     "margin-top",
                                          "margin-bottom",   NULL};

/* No functions but rgb(), so nothing that loads; no quotes, no escapes. */
static bool is_style_value(struct td_str s) {
    if (s.n == 0 || s.n > 120)
        return false;
    bool color = text_starts_nocase(s, "rgb(") || text_starts_nocase(s, "rgba(");
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == ' ' || c == '#' || c == '%' || c == '.' || c == ',' || c == '-' ||
                    c == '!' || (color && (c == '(' || c == ')'));
        if (!fine)
            return false;
    }
    return true;
}

static struct td_str clean_style(struct td_arena *a, struct td_str css) {
    struct text t;
    text_init(&t, a, 2000);
    while (css.n) {
        const char *end = memchr(css.p, ';', css.n);
        struct td_str one = {css.p, end ? (size_t)(end - css.p) : css.n};
        css.p += one.n + (end != NULL);
        css.n -= one.n + (end != NULL);
        const char *colon = one.n ? memchr(one.p, ':', one.n) : NULL;
        if (!colon)
            continue;
        struct td_str name = text_trim((struct td_str){one.p, (size_t)(colon - one.p)});
        struct td_str value = text_trim(
            (struct td_str){colon + 1, one.n - (size_t)(colon - one.p) - 1});
        for (size_t i = 0; style_names[i]; i++)
            if (text_eq_nocase(name, td_str_of(style_names[i])) && is_style_value(value)) {
                text_puts(&t, style_names[i]);
                text_putc(&t, ':');
                text_put(&t, value);
                text_putc(&t, ';');
            }
    }
    return t.over ? TD_STR("") : text_str(&t);
}

bool html_rules_hides(struct td_str style) {
    for (size_t i = 0; i + 12 <= style.n && i < 2000; i++) {
        struct td_str rest = {style.p + i, style.n - i};
        if (!text_starts_nocase(rest, "display:"))
            continue;
        rest = text_trim((struct td_str){rest.p + 8, rest.n - 8});
        return text_starts_nocase(rest, "none");
    }
    return false;
}

/* ---- attributes ---- */

enum attribute_kind { A_TEXT, A_NUMBER, A_WORD, A_STYLE, A_LINK, A_IMAGE };

static const struct {
    const char *name, *on; /* on: " tag tag " or NULL for all */
    enum attribute_kind kind;
} attributes[] = {
    {"title", NULL, A_TEXT},
    {"alt", " img ", A_TEXT},
    {"href", " a ", A_LINK},
    {"src", " img ", A_IMAGE},
    {"data-remote-src", " img ", A_IMAGE}, /* of what was cleaned before */
    {"style", NULL, A_STYLE},
    {"dir", NULL, A_WORD},
    {"lang", NULL, A_WORD},
    {"align", NULL, A_WORD},
    {"valign", NULL, A_WORD},
    {"color", " font ", A_WORD},
    {"size", " font hr ", A_WORD},
    {"bgcolor", " table tr td th tbody ", A_WORD},
    {"width", " img table td th col hr ", A_NUMBER},
    {"height", " img td th tr ", A_NUMBER},
    {"border", " table img ", A_NUMBER},
    {"cellpadding", " table ", A_NUMBER},
    {"cellspacing", " table ", A_NUMBER},
    {"colspan", " td th ", A_NUMBER},
    {"rowspan", " td th ", A_NUMBER},
    {"span", " col colgroup ", A_NUMBER},
    {"start", " ol ", A_NUMBER},
    {"type", " ol ul li ", A_WORD},
};

static bool is_on(const char *on, struct td_str tag) {
    for (const char *p = on; p && (p = strchr(p, ' ')) && p[1]; p++)
        if (strncmp(p + 1, tag.p, tag.n) == 0 && p[1 + tag.n] == ' ')
            return true;
    return !on;
}

const char *html_rules_attribute(struct td_arena *a, struct td_str tag, struct td_str name,
                                 struct td_str *value) {
    static const char *const inner[] = {"cid:", NULL}, *const remote[] = {"http://", "https://",
                                                                          NULL};
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (!td_str_eqz(name, attributes[i].name) || !is_on(attributes[i].on, tag))
            continue;
        switch (attributes[i].kind) {
        case A_TEXT:
            return value->n <= 1000 ? attributes[i].name : NULL;
        case A_NUMBER:
            return is_number(*value) ? attributes[i].name : NULL;
        case A_WORD:
            return is_word(*value) ? attributes[i].name : NULL;
        case A_STYLE:
            *value = clean_style(a, *value);
            return value->n ? "style" : NULL;
        case A_LINK:
            return html_rules_link(*value) ? "href" : NULL;
        case A_IMAGE:
            return attributes[i].name[0] == 's' && has_scheme(*value, inner) ? "src"
                   : has_scheme(*value, remote)                              ? "data-remote-src"
                                                                             : NULL;
        }
    }
    return NULL;
}

/* ---- quotes ---- */

static bool has_class(struct td_str list, const char *one) {
    size_t n = strlen(one);
    for (size_t i = 0; i + n <= list.n; i++)
        if ((i == 0 || list.p[i - 1] == ' ') && memcmp(list.p + i, one, n) == 0 &&
            (i + n == list.n || list.p[i + n] == ' '))
            return true;
    return false;
}

enum html_quote html_rules_quote(struct td_str tag, struct td_str class, struct td_str id,
                                 struct td_str type, struct td_str style) {
    if (td_str_eqz(tag, "blockquote"))
        return text_eq_nocase(type, TD_STR("cite")) || has_class(class, "gmail_quote") ||
                       has_class(class, "protonmail_quote")
                   ? HTML_QUOTE_WHOLE
                   : HTML_QUOTE_NONE;
    if (!td_str_eqz(tag, "div") && !td_str_eqz(tag, "hr") && !td_str_eqz(tag, "span"))
        return HTML_QUOTE_NONE;
    if (has_class(class, "gmail_quote") || has_class(class, "yahoo_quoted") ||
        has_class(class, "gmail_quote_container") || has_class(class, "protonmail_quote") ||
        has_class(class, "tandem_quote") || td_str_eqz(id, "isReplyContent"))
        return HTML_QUOTE_WHOLE;
    if (has_class(class, "moz-cite-prefix"))
        return HTML_QUOTE_INTRO;
    if (td_str_eqz(id, "divRplyFwdMsg") || td_str_eqz(id, "appendonsend") ||
        td_str_eqz(id, "mail-editor-reference-message-container") || td_str_eqz(id, "replySplit") ||
        td_str_eqz(id, "stopSpelling"))
        return HTML_QUOTE_REST;
    /* Outlook's desktop program: a div with nothing but this line above it */
    if (td_str_eqz(tag, "div") && text_starts_nocase(style, "border:none;border-top:solid #E1E1E1"))
        return HTML_QUOTE_REST;
    return HTML_QUOTE_NONE;
}
