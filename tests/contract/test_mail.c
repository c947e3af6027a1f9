/* Mails of every odd kind, connectors/email/golden/x.eml, against what is to be read from them,
 * x.want. `contract-mail <connectors> --write` writes the latter, for a person to read over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "email/auto_reply.h"
#include "email/html_clean.h"
#include "email/mime_in.h"
#include "email/quote.h"
#include "email/utf8.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/sniff.h>

static const char *folder;
static bool writing;

static char *slurp(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *p = malloc(1 << 20);
    *n = fread(p, 1, (1 << 20) - 1, f);
    p[*n] = 0;
    fclose(f);
    return p;
}

static void line(FILE *f, const char *name, struct td_str s) {
    if (s.n)
        fprintf(f, "%s: %.*s\n", name, TD_FMT(s));
}
static void block(FILE *f, const char *name, struct td_str s) {
    if (s.n)
        fprintf(f, "--- %s\n%.*s\n", name, TD_FMT(s));
}
static void people(FILE *f, const char *name, const struct td_address *v, size_t n) {
    for (size_t i = 0; i < n; i++)
        fprintf(f, "%s: %.*s (%.*s)\n", name, TD_FMT(v[i].addr), TD_FMT(v[i].name));
}

static void dump(FILE *f, const struct mail *m) {
    line(f, "message-id", m->message_id);
    line(f, "in-reply-to", m->in_reply_to);
    for (size_t i = 0; i < m->references.n; i++)
        line(f, "reference", m->references.v[i]);
    people(f, "from", &m->from, m->from.addr.n > 0);
    people(f, "to", m->to.v, m->to.n);
    people(f, "cc", m->cc.v, m->cc.n);
    line(f, "subject", m->subject);
    fprintf(f, "at: %lld\nflags: %u%s%s\n", (long long)m->at_ms, auto_reply_flags(m),
            m->is_signed ? " signed" : "", m->is_encrypted ? " encrypted" : "");
    if (m->report.is_delivery) {
        line(f, "report.action", m->report.action);
        line(f, "report.status", m->report.status);
        line(f, "report.recipient", m->report.recipient);
        line(f, "report.diagnostic", m->report.diagnostic);
        line(f, "report.envelope", m->report.envelope_id);
        line(f, "report.original", m->report.original_id);
    }
    if (m->cut)
        fprintf(f, "cut: %s\n", m->cut);
    for (size_t i = 0; i < m->files.n; i++)
        fprintf(f, "file: %.*s; %.*s; %zu; %.*s\n", TD_FMT(m->files.v[i].name),
                TD_FMT(m->files.v[i].type), m->files.v[i].bytes.n,
                TD_FMT(m->files.v[i].content_id));
    block(f, "text", m->text);
    block(f, "quoted", m->quoted);
    block(f, "html", m->html);
}

static void check_mail(const char *name) {
    char path[600];
    size_t n, n_want = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *raw = slurp(path, &n), *got = NULL;
    size_t n_got;
    struct td_arena *a = td_arena_new();
    struct mail m;
    FILE *f = open_memstream(&got, &n_got);
    assert_int_equal(mime_in(a, (struct td_str){raw, n}, &MAIL_LIMITS, &m, NULL), TD_OK);
    dump(f, &m);
    fclose(f);
    assert_true(td_str_is_utf8((struct td_str){got, n_got}));
    memcpy(strrchr(path, '.'), ".want", 6);
    if (writing) {
        f = fopen(path, "wb");
        fwrite(got, 1, n_got, f);
        fclose(f);
    } else {
        char *want = slurp(path, &n_want);
        if (!want || strcmp(want, got) != 0)
            fail_msg("%s: read\n%s\nexpected\n%s", name, got, want ? want : "(no such file)");
        free(want);
    }
    free(got);
    free(raw);
    td_arena_free(&a);
}

static void test_golden(void **state) {
    (void)state;
    DIR *d = opendir(folder);
    unsigned n = 0;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        size_t len = strlen(e->d_name);
        if (len < 4 || strcmp(e->d_name + len - 4, ".eml") != 0)
            continue;
        check_mail(e->d_name);
        n++;
    }
    closedir(d);
    assert_true(n >= 19);
}

/* ---- what must never come out of HTML ---- */

static const char *clean(struct td_arena *a, const char *html) {
    struct html_clean out;
    html_clean(a, td_str_of(html), 100000, &out);
    return td_arena_dup(a, out.html).p;
}

static void test_html_attacks(void **state) {
    (void)state;
    static const char *const attacks[] = {
        "<img src=x onerror=alert(1)>a",
        "<svg><script>alert(1)</script></svg>a",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>a",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">a",
        "<a href=\"java&#10;script:alert(1)\">a</a>",
        "<a href=\" &#1;javascript:alert(1)\">a</a>",
        "<a href=\"data:text/html,<script>alert(1)</script>\">a</a>",
        "<a href='vbscript:x'>a</a>",
        "<div style=\"background:url(javascript:alert(1))\">a</div>",
        "<div style=\"width:expression(alert(1))\">a</div>",
        "<div style=\"background:\\75rl(http://e.example/x)\">a</div>",
        "<form action=http://e.example><input name=p><button>a</button></form>",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>a",
        "<meta http-equiv=refresh content=\"0;url=http://e.example\">a",
        "<base href=http://e.example><a href=x>a</a>",
        "<link rel=stylesheet href=http://e.example>a",
        "<template><script>alert(1)</script></template>a",
        "<textarea><img src=x onerror=alert(1)></textarea>a",
        "<xmp><img src=x onerror=alert(1)></xmp>a",
        "<!--><img src=x onerror=alert(1)>-->a",
        "<select><style></select><img src=x onerror=alert(1)></style>a",
        "<b title='\"><script>alert(1)</script>'>a</b>",
        "<img src=http://t.example/p.gif>a",
        "<img src=//t.example/p.gif srcset='http://t.example/q'>a",
        "<table background=http://t.example/p.gif><tr><td>a</table>",
        "<video poster=http://t.example/p.gif></video>a",
    };
    static const char *const never[] = {"<script",     "onerror=alert(1)>",
                                        "javascript:", "vbscript:",
                                        "<svg",        "<math",
                                        "<style",      "<form",
                                        "<input",      "<iframe",
                                        "<meta",       "<base",
                                        "<link",       "expression",
                                        "url(",        "srcset=",
                                        " src=\"http", " src=\"/",
                                        "background=", "poster="};
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        struct td_arena *a = td_arena_new();
        const char *out = clean(a, attacks[i]);
        for (size_t k = 0; k < sizeof never / sizeof *never; k++)
            if (strstr(out, never[k]))
                fail_msg("%s became %s", attacks[i], out);
        assert_string_equal(clean(a, out), out); /* what is clean stays as it is */
        td_arena_free(&a);
    }
}

/* A stack that grows with the mail would end here. */
static void test_html_depth(void **state) {
    (void)state;
    size_t n = 200000;
    char *deep = malloc(n * 5 + 2);
    for (size_t i = 0; i < n; i++)
        memcpy(deep + i * 5, "<div>", 5);
    memcpy(deep + n * 5, "x", 2);
    struct td_arena *a = td_arena_new();
    struct html_clean out;
    html_clean(a, td_str_of(deep), 100000, &out);
    assert_true(out.over); /* the parser would take an hour */
    html_clean(a, (struct td_str){deep + (n - 400) * 5, 400 * 5 + 1}, 100000, &out);
    assert_true(td_str_eqz(out.text, "x"));
    assert_true(out.html.n < 100 * 20);
    td_arena_free(&a);
    free(deep);
}

static void test_mime_depth(void **state) {
    (void)state;
    char *p = NULL;
    size_t n;
    FILE *f = open_memstream(&p, &n);
    fprintf(f, "Subject: deep\r\nFrom: a@b.example\r\n");
    for (int i = 0; i < 5000; i++)
        fprintf(f, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    fclose(f);
    struct td_arena *a = td_arena_new();
    struct mail m;
    assert_int_equal(mime_in(a, (struct td_str){p, n}, &MAIL_LIMITS, &m, NULL), TD_OK);
    assert_true(td_str_eqz(m.subject, "deep"));
    assert_non_null(m.cut);
    assert_int_equal(mime_in(a, TD_STR(""), &MAIL_LIMITS, &m, NULL), TD_EPARSE);
    assert_int_equal(mime_in(a, TD_STR("hello"), &MAIL_LIMITS, &m, NULL), TD_EPARSE);
    td_arena_free(&a);
    free(p);
}

static void test_names(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    static const struct {
        const char *name, *want;
    } rows[] = {{"../../etc/passwd", "passwd"},
                {"C:\\x\\y.doc", "y.doc"},
                {".bashrc", "bashrc"},
                {"", "file-2.pdf"},
                {"a\xe2\x80\xaegnp.exe", "agnp.exe"},
                {"a\"b<c>.txt", "a_b_c_.txt"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct td_str s = td_sniff_name(a, td_str_of(rows[i].name), TD_STR("application/pdf"), 2);
        if (!td_str_eqz(s, rows[i].want))
            fail_msg("%s became %.*s", rows[i].name, TD_FMT(s));
    }
    assert_true(td_str_eqz(td_sniff_type(TD_STR("<svg/>"), TD_STR("image/svg+xml")),
                           "application/octet-stream"));
    assert_true(td_str_eqz(td_sniff_type(TD_STR("<html>"), TD_STR("text/html")), "text/plain"));
    assert_true(
        td_str_eqz(td_sniff_type(TD_STR("%PDF-1"), TD_STR("image/png")), "application/pdf"));
    td_arena_free(&a);
}

int main(int argc, char **argv) {
    char path[500];
    snprintf(path, sizeof path, "%s/email/golden", argc > 1 ? argv[1] : "connectors");
    folder = path;
    writing = argc > 2 && strcmp(argv[2], "--write") == 0;
    mime_in_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden), cmocka_unit_test(test_html_attacks),
        cmocka_unit_test(test_html_depth), cmocka_unit_test(test_mime_depth),
        cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
