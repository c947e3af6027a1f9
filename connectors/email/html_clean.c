/* Walks the tree without recursion: a mail may nest as deep as it likes. */
#include "email/html_clean.h"

#include "email/html_depth.h"
#include "email/html_rules.h"
#include "http_provider/text.h"

#include <gumbo.h>
#include <stdlib.h>

enum { HTML_MAX = 512 * 1024, DEPTH_MAX = 100 };

struct walk {
    struct text html, text, quoted;
    const GumboNode *quote, *quote_end; /* the subtree, or the first to the last sibling of one */
    bool quote_to_end;                  /* all that follows `quote` */
    bool in_quote;
    unsigned depth;                       /* of elements that were written */
    unsigned pre, blockquotes;            /* how many are open */
    bool blank_pending, written_anything; /* of the text */
};

static void *allocate(void *arena, size_t n) {
    return td_arena_alloc(arena, n);
}
static void deallocate(void *arena, void *p) {
    (void)arena, (void)p; /* the arena goes as a whole */
}

/* ---- tree ---- */

static const GumboVector *children(const GumboNode *n) {
    if (n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE)
        return &n->v.element.children;
    return n->type == GUMBO_NODE_DOCUMENT ? &n->v.document.children : NULL;
}

static struct td_str tag_of(const GumboNode *n) {
    if (n->type != GUMBO_NODE_ELEMENT || n->v.element.tag_namespace != GUMBO_NAMESPACE_HTML ||
        n->v.element.tag == GUMBO_TAG_UNKNOWN)
        return TD_STR("");
    return td_str_of(gumbo_normalized_tagname(n->v.element.tag));
}

static struct td_str attribute(const GumboNode *n, const char *name) {
    if (n->type != GUMBO_NODE_ELEMENT)
        return TD_STR("");
    const GumboAttribute *at = gumbo_get_attribute(&n->v.element.attributes, name);
    return td_str_of(at ? at->value : NULL);
}

static const GumboNode *next_sibling(const GumboNode *n) {
    const GumboVector *v = n->parent ? children(n->parent) : NULL;
    return v && n->index_within_parent + 1 < v->length ? v->data[n->index_within_parent + 1] : NULL;
}

/* The next one in document order that does not lie below n. */
static const GumboNode *after(const GumboNode *n, const GumboNode *root) {
    while (n && n != root) {
        const GumboNode *next = next_sibling(n);
        if (next)
            return next;
        n = n->parent;
    }
    return NULL;
}

static const GumboNode *next_node(const GumboNode *n, const GumboNode *root) {
    const GumboVector *v = children(n);
    return v && v->length ? v->data[0] : after(n, root);
}

static bool is_skipped(const GumboNode *n) {
    if (n->type == GUMBO_NODE_COMMENT || n->type == GUMBO_NODE_TEMPLATE)
        return true;
    if (n->type != GUMBO_NODE_ELEMENT)
        return false;
    return n->v.element.tag_namespace != GUMBO_NAMESPACE_HTML || html_rules_drops(tag_of(n)) ||
           html_rules_hides(attribute(n, "style"));
}

/* ---- where the quote begins ---- */

static bool has_text_from(const GumboNode *n, const GumboNode *root) {
    while (n) {
        if (is_skipped(n)) {
            n = after(n, root);
            continue;
        }
        if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_CDATA)
            return true; /* whitespace is a type of its own */
        n = next_node(n, root);
    }
    return false;
}

static const GumboNode *next_element(const GumboNode *n) {
    for (n = next_sibling(n); n && n->type != GUMBO_NODE_ELEMENT; n = next_sibling(n))
        if (n->type == GUMBO_NODE_TEXT)
            return NULL;
    return n;
}

/* An answer between the lines of a quote is no quote: only what ends the mail is folded. */
static void find_quote(struct walk *w, const GumboNode *root) {
    for (const GumboNode *n = root; n; n = next_node(n, root)) {
        enum html_quote kind = html_rules_quote(tag_of(n), attribute(n, "class"),
                                                attribute(n, "id"), attribute(n, "type"),
                                                attribute(n, "style"));
        if (kind == HTML_QUOTE_NONE)
            continue;
        const GumboNode *end = n;
        if (kind == HTML_QUOTE_INTRO && next_element(n))
            end = next_element(n);
        if (kind != HTML_QUOTE_REST && has_text_from(after(end, root), root))
            continue;
        w->quote = n;
        w->quote_end = end;
        w->quote_to_end = kind == HTML_QUOTE_REST;
        return;
    }
}

/* ---- text ---- */

static struct text *text_of(struct walk *w) {
    return w->in_quote ? &w->quoted : &w->text;
}

static void new_line(struct walk *w, unsigned lines) {
    struct text *t = text_of(w);
    unsigned have = 0;
    while (t->n && t->p[t->n - 1] == ' ')
        t->n--;
    while (have < t->n && t->p[t->n - 1 - have] == '\n')
        have++;
    for (; t->n && have < lines; have++)
        text_putc(t, '\n');
    w->blank_pending = false;
}

static void begin_line(struct walk *w, struct text *t) {
    if (w->blockquotes && (t->n == 0 || t->p[t->n - 1] == '\n'))
        for (unsigned i = 0; i < w->blockquotes && i < 10; i++)
            text_puts(t, "> ");
}

static void put_words(struct walk *w, struct td_str s) {
    struct text *t = text_of(w);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool nbsp = c == '\xc2' && i + 1 < s.n && s.p[i + 1] == '\xa0';
        i += nbsp;
        if (w->pre && c == '\n') {
            text_putc(t, '\n');
            continue;
        }
        if (nbsp || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            w->blank_pending = true;
            continue;
        }
        bool at_begin = t->n == 0 || t->p[t->n - 1] == '\n';
        begin_line(w, t);
        if (w->blank_pending && (!at_begin || w->pre))
            text_putc(t, ' ');
        w->blank_pending = false;
        text_putc(t, c);
    }
}

static void text_begin(struct walk *w, const GumboNode *n, struct td_str tag) {
    unsigned lines = html_rules_lines(tag);
    if (lines)
        new_line(w, lines);
    if (td_str_eqz(tag, "br")) {
        text_putc(text_of(w), '\n');
        w->blank_pending = false;
    } else if (td_str_eqz(tag, "li")) {
        put_words(w, TD_STR("- "));
    } else if (td_str_eqz(tag, "td") || td_str_eqz(tag, "th")) {
        w->blank_pending = true;
    } else if (td_str_eqz(tag, "img") && attribute(n, "alt").n) {
        put_words(w, TD_STR("["));
        put_words(w, attribute(n, "alt"));
        put_words(w, TD_STR("]"));
    } else if (td_str_eqz(tag, "hr")) {
        put_words(w, TD_STR("---"));
        new_line(w, 1);
    }
    w->pre += td_str_eqz(tag, "pre");
    w->blockquotes += td_str_eqz(tag, "blockquote");
}

/* A link whose text does not show where it leads tells it. */
static void text_link(struct walk *w, const GumboNode *n) {
    struct td_str href = attribute(n, "href");
    const GumboVector *v = children(n);
    const GumboNode *only = v->length == 1 ? v->data[0] : NULL;
    struct td_str shown = only && only->type == GUMBO_NODE_TEXT ? td_str_of(only->v.text.text)
                                                                : TD_STR("");
    if (!html_rules_link(href) || href.n > 300 || !has_text_from(v->length ? v->data[0] : NULL, n))
        return;
    if (shown.n && href.n &&
        (memmem(href.p, href.n, shown.p, shown.n) || text_starts_nocase(shown, "http")))
        return;
    put_words(w, TD_STR(" <"));
    put_words(w, href);
    put_words(w, TD_STR(">"));
}

static void text_end(struct walk *w, const GumboNode *n, struct td_str tag) {
    if (td_str_eqz(tag, "a"))
        text_link(w, n);
    w->pre -= td_str_eqz(tag, "pre");
    unsigned lines = html_rules_lines(tag);
    if (lines)
        new_line(w, lines);
    w->blockquotes -= td_str_eqz(tag, "blockquote");
}

/* ---- HTML ---- */

static void put_escaped(struct text *t, struct td_str s) {
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&':
            text_puts(t, "&amp;");
            break;
        case '<':
            text_puts(t, "&lt;");
            break;
        case '>':
            text_puts(t, "&gt;");
            break;
        case '"':
            text_puts(t, "&quot;");
            break;
        case '\'':
            text_puts(t, "&#39;");
            break;
        case '`':
            text_puts(t, "&#96;");
            break;
        default:
            text_putc(t, s.p[i]);
        }
    }
}

static void put_attribute(struct text *t, const char *name, struct td_str value) {
    text_putc(t, ' ');
    text_puts(t, name);
    text_puts(t, "=\"");
    put_escaped(t, value);
    text_putc(t, '"');
}

static void html_begin(struct walk *w, const GumboNode *n, struct td_str tag) {
    struct text *t = &w->html;
    text_putc(t, '<');
    text_put(t, tag);
    for (unsigned i = 0; i < n->v.element.attributes.length; i++) {
        const GumboAttribute *at = n->v.element.attributes.data[i];
        struct td_str value = td_str_of(at->value);
        const char *as = html_rules_attribute(t->a, tag, td_str_of(at->name), &value);
        if (as)
            put_attribute(t, as, value);
    }
    if (td_str_eqz(tag, "a"))
        text_puts(t, " rel=\"noopener noreferrer nofollow\" target=\"_blank\"");
    text_putc(t, '>');
}

/* ---- the walk ---- */

static bool writes(const struct walk *w, const GumboNode *n) {
    return !w->in_quote && html_rules_allows(tag_of(n)) && w->depth < DEPTH_MAX;
}

/* Which elements were opened is remembered in the tree itself: this field is ours after parsing. */
static void open_node(struct walk *w, GumboNode *n) {
    if (n == w->quote) {
        new_line(w, 1);
        w->in_quote = true;
    }
    n->parse_flags = (GumboParseFlags)0;
    if (n->type == GUMBO_NODE_ELEMENT) {
        struct td_str tag = tag_of(n);
        if (writes(w, n)) {
            html_begin(w, n, tag);
            w->depth++;
            n->parse_flags = (GumboParseFlags)1;
        }
        text_begin(w, n, tag);
    } else if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_CDATA ||
               n->type == GUMBO_NODE_WHITESPACE) {
        struct td_str s = td_str_of(n->v.text.text);
        if (!w->in_quote)
            put_escaped(&w->html, s);
        put_words(w, s);
    }
}

static void close_node(struct walk *w, const GumboNode *n) {
    if (n->type == GUMBO_NODE_ELEMENT) {
        struct td_str tag = tag_of(n);
        text_end(w, n, tag);
        if (n->parse_flags == (GumboParseFlags)1) {
            w->depth--;
            if (!html_rules_is_void(tag)) {
                text_puts(&w->html, "</");
                text_put(&w->html, tag);
                text_putc(&w->html, '>');
            }
        }
    }
    if (n == w->quote_end && !w->quote_to_end)
        w->in_quote = false;
}

static void walk(struct walk *w, GumboNode *root) {
    GumboNode *n = root;
    while (n) {
        const GumboVector *v = children(n);
        bool skipped = is_skipped(n);
        if (!skipped)
            open_node(w, n);
        if (!skipped && v && v->length) {
            n = v->data[0];
            continue;
        }
        if (!skipped)
            close_node(w, n);
        while (n != root && !next_sibling(n)) {
            n = n->parent;
            close_node(w, n);
        }
        if (n == root)
            return;
        n = children(n->parent)->data[n->index_within_parent + 1];
    }
}

void html_clean(struct td_arena *a, struct td_str html, size_t max, struct html_clean *out) {
    *out = (struct html_clean){.over = html.n > HTML_MAX || !html_depth_ok(html)};
    if (out->over)
        return;
    struct td_arena *tree = td_arena_new();
    GumboOptions o = kGumboDefaultOptions;
    o.allocator = allocate;
    o.deallocator = deallocate;
    o.userdata = tree;
    o.max_errors = 0;
    GumboOutput *parsed = gumbo_parse_with_options(&o, html.p ? html.p : "", html.n);
    struct walk w = {0};
    text_init(&w.html, a, max);
    text_init(&w.text, a, HTML_MAX * 2);
    text_init(&w.quoted, a, HTML_MAX * 2);
    find_quote(&w, parsed->root);
    walk(&w, parsed->root);
    out->text = text_trim(text_str(&w.text));
    out->quoted = text_trim(text_str(&w.quoted));
    out->over = w.html.over;
    if (!w.html.over && w.html.n && (out->text.n || memmem(w.html.p, w.html.n, "<img", 4)))
        out->html = text_trim(text_str(&w.html));
    td_arena_free(&tree);
}
