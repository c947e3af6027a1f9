/* RSS 2.0 (rssboard.org), RSS 1.0 (RDF), Atom (RFC 4287): elements by local name and namespace.
 *
 * A field that is wanted is captured from its start to its end as HTML: character data as it is
 * where the element holds escaped HTML, escaped where it is plain, with its elements where it is
 * XHTML. */
#include "feed_rss/feed.h"

#include "http_provider/text.h"

#include <expat.h>

#define DEPTH_MAX 64
#define FIELD_MAX_BYTES 131072
#define SHORT_MAX_BYTES 4000

#define NS_ATOM "http://www.w3.org/2005/Atom"
#define NS_RSS1 "http://purl.org/rss/1.0/"
#define NS_DC "http://purl.org/dc/elements/1.1/"
#define NS_CONTENT "http://purl.org/rss/1.0/modules/content/"
#define NS_RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

enum markup { PLAIN, ESCAPED, XHTML };

struct reader {
    struct td_arena *a;
    XML_Parser parser;
    struct feed *out;
    struct feed_item *item; /* NULL: outside of the items, or one too many */
    unsigned depth, item_depth, field_depth, author_depth;
    bool in_item;
    struct td_str *field; /* what is captured; NULL: nothing */
    struct text text;
    enum markup markup;
    const char *why; /* it was stopped */
};

/* ---- names ---- */

/* "namespace local", or "local" where there is none. */
static bool is(const char *name, const char *ns, const char *local) {
    const char *blank = strrchr(name, ' ');
    size_t n = blank ? (size_t)(blank - name) : 0;
    return strcmp(blank ? blank + 1 : name, local) == 0 && n == strlen(ns) &&
           memcmp(name, ns, n) == 0;
}

/* Of the feed's own vocabulary: RSS 2.0 has no namespace. */
static bool is_own(const char *name, const char *local) {
    return is(name, "", local) || is(name, NS_RSS1, local) || is(name, NS_ATOM, local);
}

static const char *attribute(const char **atts, const char *name) {
    for (; atts && atts[0]; atts += 2)
        if (strcmp(atts[0], name) == 0)
            return atts[1];
    return "";
}

static void stop(struct reader *r, const char *why) {
    r->why = why;
    XML_StopParser(r->parser, XML_FALSE);
}

/* ---- fields ---- */

static struct td_str *field_of(struct reader *r, const char *name) {
    struct feed_item *i = r->item;
    if (!r->in_item && r->depth > 3) /* a picture's, a form's */
        return NULL;
    if (!r->in_item)
        return is_own(name, "title") && !r->out->title.n ? &r->out->title
               : is_own(name, "language")                ? &r->out->language
                                                         : NULL;
    if (!i)
        return NULL;
    if (r->author_depth && r->depth == r->author_depth + 1)
        return is(name, NS_ATOM, "name") && !i->author.n ? &i->author : NULL;
    if (r->depth != r->item_depth + 1)
        return NULL;
    const struct {
        bool fits;
        struct td_str *to;
    } rows[] = {
        {is_own(name, "title"), &i->title},
        {is(name, "", "link") || is(name, NS_RSS1, "link"), &i->link},
        {is(name, "", "guid") || is(name, NS_ATOM, "id"), &i->id},
        {is_own(name, "description") || is(name, NS_ATOM, "summary"), &i->summary},
        {is(name, NS_CONTENT, "encoded") || is(name, NS_ATOM, "content"), &i->content},
        {is(name, "", "author") || is(name, NS_DC, "creator"), &i->author},
        {is(name, "", "pubDate") || is(name, NS_DC, "date") || is(name, NS_ATOM, "published"),
         &i->date},
        {is(name, NS_ATOM, "updated"), &i->date},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (rows[k].fits)
            return rows[k].to->n ? NULL : rows[k].to; /* the first one counts */
    return NULL;
}

static enum markup markup_of(const char *name, const char **atts) {
    const char *type = attribute(atts, "type");
    bool atom = strncmp(name, NS_ATOM " ", sizeof NS_ATOM) == 0;
    if (!atom)
        return ESCAPED;
    return strcmp(type, "xhtml") == 0 ? XHTML : strcmp(type, "html") == 0 ? ESCAPED : PLAIN;
}

/* In whole runs: at the limit no character is cut. */
static void put_escaped(struct text *t, const char *s, size_t n) {
    for (size_t i = 0, from = 0; i <= n; i++) {
        if (i < n && s[i] != '<' && s[i] != '&')
            continue;
        text_put(t, (struct td_str){s + from, i - from});
        if (i < n)
            text_puts(t, s[i] == '<' ? "&lt;" : "&amp;");
        from = i + 1;
    }
}

static void put_tag(struct reader *r, const char *name, bool closing) {
    const char *blank = strrchr(name, ' '), *local = blank ? blank + 1 : name;
    if (r->markup != XHTML || (closing && strcmp(local, "br") == 0)) /* </br> is one more */
        return;
    text_puts(&r->text, closing ? "</" : "<");
    text_puts(&r->text, local);
    text_putc(&r->text, '>');
}

/* ---- expat's callbacks ---- */

static void begin_item(struct reader *r, const char **atts) {
    r->in_item = true;
    r->item_depth = r->depth;
    r->item = r->out->n < FEED_ITEMS_MAX ? &r->out->items[r->out->n++] : NULL;
    const char *about = attribute(atts, NS_RDF " about");
    if (r->item && *about)
        r->item->id = td_arena_dup(r->a, td_str_cut(td_str_of(about), SHORT_MAX_BYTES));
}

/* Atom's link has no content. */
static void atom_link(struct reader *r, const char **atts) {
    const char *rel = attribute(atts, "rel"), *href = attribute(atts, "href");
    if (r->item && !r->item->link.n && (!*rel || strcmp(rel, "alternate") == 0))
        r->item->link = td_arena_dup(r->a, td_str_cut(td_str_of(href), SHORT_MAX_BYTES));
}

static void on_start(void *arg, const char *name, const char **atts) {
    struct reader *r = arg;
    if (++r->depth > DEPTH_MAX) {
        stop(r, "nested too deeply");
        return;
    }
    if (r->field) {
        put_tag(r, name, false);
        return;
    }
    if (!r->in_item && (is_own(name, "item") || is(name, NS_ATOM, "entry"))) {
        begin_item(r, atts);
        return;
    }
    if (r->in_item && r->depth == r->item_depth + 1 && is(name, NS_ATOM, "link"))
        atom_link(r, atts);
    if (r->in_item && r->depth == r->item_depth + 1 && is(name, NS_ATOM, "author"))
        r->author_depth = r->depth;
    r->field = field_of(r, name);
    if (!r->field)
        return;
    r->field_depth = r->depth;
    r->markup = markup_of(name, atts);
    text_init(&r->text, r->a, FIELD_MAX_BYTES);
}

static void on_end(void *arg, const char *name) {
    struct reader *r = arg;
    if (r->field && r->depth == r->field_depth) {
        struct td_str text = text_trim(text_str(&r->text));
        *r->field = text.n ? text : TD_STR("");
        r->field = NULL;
    } else if (r->field) {
        put_tag(r, name, true);
    }
    if (r->author_depth == r->depth)
        r->author_depth = 0;
    if (r->in_item && r->depth == r->item_depth) {
        r->in_item = false;
        r->item = NULL;
    }
    r->depth--;
}

static void on_text(void *arg, const char *s, int n) {
    struct reader *r = arg;
    if (!r->field)
        return;
    if (r->markup == ESCAPED)
        text_put(&r->text, (struct td_str){s, (size_t)n});
    else
        put_escaped(&r->text, s, (size_t)n);
}

static void on_entity(void *arg, const char *name, int is_parameter, const char *value, int n,
                      const char *base, const char *system, const char *public,
                      const char *notation) {
    (void)name, (void)is_parameter, (void)value, (void)n, (void)base;
    (void)system, (void)public, (void)notation;
    stop(arg, "it declares entities");
}

/* What expat does not know by itself and feeds still use. */
static int on_encoding(void *arg, const char *name, XML_Encoding *info) {
    static const int c1252[32] = {0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                  0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                  0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                  0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
    (void)arg;
    if (!text_eq_nocase(td_str_of(name), TD_STR("windows-1252")) &&
        !text_eq_nocase(td_str_of(name), TD_STR("cp1252")))
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++)
        info->map[i] = i >= 0x80 && i < 0xA0 ? c1252[i - 0x80] : i;
    info->data = NULL;
    info->convert = NULL;
    info->release = NULL;
    return XML_STATUS_OK;
}

/* Expat 2.9 deprecates the function whose result is as wide as the build's XML_Size. */
static unsigned long line_of(XML_Parser p) {
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
    return (unsigned long)XML_GetCurrentLineNumber64(p);
#else
    return (unsigned long)XML_GetCurrentLineNumber(p);
#endif
}

int feed_parse(struct td_arena *a, struct td_str xml, struct feed *out, struct td_error *err) {
    struct reader r = {.a = a, .out = out, .parser = XML_ParserCreateNS(NULL, ' ')};
    xml = text_trim(xml); /* a blank before the declaration is common, and an error */
    *out = (struct feed){0};
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetEntityDeclHandler(r.parser, on_entity);
    XML_SetUnknownEncodingHandler(r.parser, on_encoding, NULL);
    enum XML_Status status = XML_Parse(r.parser, xml.n ? xml.p : "", (int)xml.n, XML_TRUE);
    int rc = TD_OK;
    if (r.why || status != XML_STATUS_OK)
        rc = td_error_set(err, TD_EPARSE, "feed: line %lu: %s", line_of(r.parser),
                          r.why ? r.why : XML_ErrorString(XML_GetErrorCode(r.parser)));
    XML_ParserFree(r.parser);
    return rc;
}
