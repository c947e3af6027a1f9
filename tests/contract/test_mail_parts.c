/* The pure parts of the mail connector: IMAP answers, reply tokens, quotes, the mails that we make,
 * what a server's reply means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "email/covered.h"
#include "email/imap_parse.h"
#include "email/mail_in.h"
#include "email/mime_in.h"
#include "email/mime_out.h"
#include "email/smtp.h"

#include <stdio.h>
#include <string.h>

static struct td_arena *a;
static const uint8_t key[TOKEN_KEY_BYTES] = {1, 2, 3}, other_key[TOKEN_KEY_BYTES] = {9};

static int open_arena(void **state) {
    (void)state;
    a = td_arena_new();
    mime_in_init();
    return 0;
}
static int close_arena(void **state) {
    (void)state;
    td_arena_free(&a);
    return 0;
}

#define IS(s, want) assert_true(td_str_eqz((s), (want)))

/* ---- IMAP ---- */

/* A mail that says what a server says is still a mail. */
static void test_imap_literal(void **state) {
    (void)state;
    static const char said[] = "* 12 FETCH (UID 7 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
                               "BODY[] {14}\r\nT1 OK a\r\n* BYE RFC822.SIZE 14)\r\nT1 OK done\r\n";
    struct imap_reader r;
    struct imap_response x;
    int rc;
    imap_reader_init(&r, 1000);
    for (size_t i = 0; i + 1 < sizeof said - 1; i++) { /* byte by byte, but for the last */
        assert_int_equal(imap_reader_feed(&r, said + i, 1), TD_OK);
        if (!imap_reader_next(&r, &x, &rc)) {
            assert_int_equal(rc, TD_OK);
            continue;
        }
        IS(x.name, "FETCH");
        assert_int_equal(x.number, 12);
        IS(imap_item(&x, "UID")->s, "7");
        IS(imap_item(&x, "BODY[]")->s, "T1 OK a\r\n* BYE");
        IS(imap_item(&x, "rfc822.size")->s, "14");
        assert_int_equal(imap_date_ms(imap_item(&x, "INTERNALDATE")->s), 837596665000);
        assert_null(imap_item(&x, "FLAGS"));
    }
    assert_int_equal(imap_reader_feed(&r, "\n", 1), TD_OK);
    assert_true(imap_reader_next(&r, &x, &rc));
    IS(x.tag, "T1");
    IS(x.text, "done");
    imap_reader_fini(&r);
}

static void test_imap_limits(void **state) {
    (void)state;
    struct imap_reader r;
    struct imap_response x;
    int rc;
    imap_reader_init(&r, 100);
    assert_int_equal(imap_reader_feed(&r, "* 1 FETCH (BODY[] {101}\r\n", 25), TD_OK);
    assert_false(imap_reader_next(&r, &x, &rc));
    assert_int_equal(rc, TD_ELIMIT);
    imap_reader_fini(&r);
    imap_reader_init(&r, 10);
    assert_int_equal(imap_reader_feed(&r, "* OK a long line", 16), TD_ELIMIT);
    imap_reader_fini(&r);
    char quoted[20];
    assert_true(imap_quote(quoted, sizeof quoted, TD_STR("a\"b\\")));
    assert_string_equal(quoted, "\"a\\\"b\\\\\"");
    assert_false(imap_quote(quoted, sizeof quoted, TD_STR("a\r\nb")));
    assert_false(imap_quote(quoted, sizeof quoted, TD_STR("far too long for it")));
}

/* ---- tokens ---- */

static void test_tokens(void **state) {
    (void)state;
    struct td_str id = token_message_id(a, key, TD_STR("01HX"), 42, TD_STR("acme.example"));
    struct td_str message;
    assert_int_equal(token_of_message_id(key, id, &message), 42);
    IS(message, "01HX");
    assert_int_equal(token_of_message_id(other_key, id, NULL), 0);
    struct td_str address = token_address(a, key, 42, TD_STR("help@acme.example"));
    assert_true(mime_address_ok(address));
    assert_int_equal(token_of_address(key, address), 42);
    assert_int_equal(token_of_address(key, TD_STR("help+sales@acme.example")), 0);
    char upper[200];
    snprintf(upper, sizeof upper, "%.*s", TD_FMT(address));
    for (char *p = upper; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 32);
    assert_int_equal(token_of_address(key, td_str_of(upper)), 42);
    upper[6] = upper[6] == '9' ? '8' : '9'; /* another conversation, the same proof */
    assert_int_equal(token_of_address(key, td_str_of(upper)), 0);
    struct td_str token = token_make(a, key, 7);
    struct td_str subject = td_arena_printf(a, "Re: [list] x [#%.*s] y", TD_FMT(token));
    assert_int_equal(token_of_subject(key, subject), 7);
    assert_int_equal(token_of_subject(key, TD_STR("[#7] [#7-aaaaaaaaaaaaaaaa")), 0);
}

/* ---- what comes of a mail ---- */

static struct mail_in take(const struct mail_rules *r, const char *raw) {
    struct mail_in in;
    mail_in(a, r, td_str_of(raw), 0, 1000, &in);
    return in;
}

static void test_mail_in(void **state) {
    (void)state;
    struct td_str own[] = {TD_STR("help@acme.example")}, forms[] = {TD_STR("Form@shop.example")};
    struct mail_rules r = {.own = {own, 1}, .form_senders = {forms, 1}, .keep_raw = true};
    memcpy(r.key, key, sizeof r.key);
    struct mail_in in = take(&r, "From: form@shop.example\r\nReply-To: anna@x.example\r\n"
                                 "Message-ID: <1@x>\r\n\r\nhi");
    IS(in.message.from.addr, "anna@x.example");
    assert_int_equal(in.message.attachments.n, 1); /* as it came */
    assert_int_equal(in.blobs.n, 1);
    in = take(&r, "From: eve@x.example\r\nReply-To: anna@x.example\r\n\r\nhi");
    IS(in.message.from.addr, "eve@x.example");
    in = take(&r, "From: HELP@acme.example\r\n\r\nhi");
    assert_true(in.message.flags & TD_AUTO_SUBMITTED);

    /* the same words under the same id are one mail by whatever way; other words are another */
    struct mail_in one = take(&r,
                              "Received: a\r\nFrom: a@b.example\r\nMessage-ID: <1@x>\r\n\r\nhi");
    struct mail_in two = take(&r,
                              "Received: b\r\nFrom: a@b.example\r\nMessage-ID: <1@x>\r\n\r\nhi");
    struct mail_in three = take(&r, "From: a@b.example\r\nMessage-ID: <1@x>\r\n\r\nother");
    assert_true(td_str_eq(one.message.dedupe, two.message.dedupe));
    assert_false(td_str_eq(one.message.dedupe, three.message.dedupe));

    /* our own mail come back is nothing; one that only looks like it is a mail */
    struct td_str id = token_message_id(a, key, TD_STR("01A"), 5, TD_STR("acme.example"));
    struct td_str raw = td_arena_printf(a, "From: x@y.example\r\nMessage-ID: <%.*s>\r\n\r\nhi",
                                        TD_FMT(id));
    in = take(&r, raw.p);
    assert_false(in.has_message || in.has_receipt);
    in = take(&r, "garbage");
    assert_true(in.has_message);
    assert_int_equal(in.blobs.n, 1);

    static const char report[] =
        "From: MAILER-DAEMON@mx\r\nContent-Type: multipart/report; "
        "report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: "
        "message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; "
        "a@b\r\nAction: %s\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: "
        "text/rfc822-headers\r\n\r\nMessage-ID: <%.*s>\r\n\r\n--b--\r\n";
    char text[2000];
    snprintf(text, sizeof text, report, "failed", TD_FMT(id));
    in = take(&r, text);
    assert_true(in.has_receipt && !in.has_message);
    assert_int_equal(in.receipt.state, TD_R_BOUNCED);
    IS(in.receipt.message_id, "01A");
    snprintf(text, sizeof text, report, "delayed", TD_FMT(id));
    in = take(&r, text);
    assert_false(in.has_receipt || in.has_message);
    snprintf(text, sizeof text, report, "failed", TD_FMT(TD_STR("01A.5-forged@acme.example")));
    in = take(&r, text); /* of a mail that is not ours: shown as a mail */
    assert_true(in.has_message && (in.message.flags & TD_BOUNCE));
}

/* ---- what we send ---- */

static void test_mime_out(void **state) {
    (void)state;
    struct mime_file file = {TD_STR("Grüße.txt"), TD_STR("text/plain"), TD_STR(""), TD_STR("abc")};
    struct mime_mail m = {.from = {TD_STR("email"), TD_STR("help@acme.example"), TD_STR("Ännä")},
                          .to = {TD_STR("email"), TD_STR("anna@x.example"), TD_STR("Anna")},
                          .subject = TD_STR("Über alles"),
                          .text = TD_STR("Zeile eins\n.\nFrom here <b>"),
                          .message_id = TD_STR("01A.5-x@acme.example"),
                          .in_reply_to = TD_STR("1@x"),
                          .at_ms = 1700000000000,
                          .html = true,
                          .files = {&file, 1}};
    struct td_str raw, again;
    struct td_error err;
    struct mail back;
    assert_int_equal(mime_out(a, &m, &raw, &err), TD_OK);
    assert_int_equal(mime_in(a, raw, &MAIL_LIMITS, &back, &err), TD_OK);
    IS(back.from.name, "Ännä");
    IS(back.subject, "Über alles");
    IS(back.text, "Zeile eins\n.\nFrom here <b>");
    IS(back.message_id, "01A.5-x@acme.example");
    IS(back.in_reply_to, "1@x");
    assert_int_equal(back.at_ms, 1700000000000);
    assert_int_equal(back.files.n, 1);
    IS(back.files.v[0].name, "Grüße.txt");
    IS(back.files.v[0].bytes, "abc");
    for (size_t i = 0; i < raw.n; i++) /* RFC 5321 §2.3.8 */
        assert_true(raw.p[i] != '\n' || (i && raw.p[i - 1] == '\r'));

    const struct td_str bad = TD_STR("x\r\nBcc: all@x.example");
    struct td_str *places[] = {&m.subject, &m.from.name, &m.to.name,
                               &m.to.addr, &m.from.addr, &m.message_id};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct td_str good = *places[i];
        *places[i] = bad;
        assert_int_equal(mime_out(a, &m, &again, &err), TD_EINVAL);
        assert_true(err.text[0]);
        *places[i] = good;
    }
    m.in_reply_to = bad; /* a stranger's: left out */
    assert_int_equal(mime_out(a, &m, &again, &err), TD_OK);
    assert_null(memmem(again.p, again.n, "Bcc", 3));
}

static void test_addresses(void **state) {
    (void)state;
    static const char *const bad[] = {"",      "a",          "a@",    "@b",      "a@b@c", "a b@c.d",
                                      "a@b>c", "\"a\"@b.de", "a,b@c", "-oX@b.c", "ä@b.de"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (mime_address_ok(td_str_of(bad[i])))
            fail_msg("%s was taken", bad[i]);
    assert_true(mime_address_ok(TD_STR("first.last+tag@sub.example.org")));
}

/* ---- verdicts ---- */

static void test_verdicts(void **state) {
    (void)state;
    static const struct {
        enum smtp_stage stage;
        int code;
        bool all_sent;
        uint32_t kind;
        const char *text;
    } rows[] = {
        {SMTP_CONNECTING, 0, false, TD_V_TEMPORARY, ""},
        {SMTP_DATA, 0, true, TD_V_UNKNOWN, ""},
        {SMTP_DATA, 0, false, TD_V_TEMPORARY, ""},
        {SMTP_DATA, 250, true, TD_V_ACCEPTED, "2.0.0 ok"},
        {SMTP_LOGIN, 535, false, TD_V_AUTH, "5.7.8 no"},
        {SMTP_SENDER, 530, false, TD_V_AUTH, "5.7.0 authenticate first"},
        {SMTP_SENDER, 553, false, TD_V_MISCONFIGURED, "5.7.1 not your address"},
        {SMTP_SENDER, 552, false, TD_V_PERMANENT, "5.3.4 too large"},
        {SMTP_RECIPIENT, 550, false, TD_V_PERMANENT, "5.1.1 nobody"},
        {SMTP_RECIPIENT, 450, false, TD_V_TEMPORARY, "4.2.0 greylisted"},
        {SMTP_DATA, 554, true, TD_V_PERMANENT, "5.7.1 spam"},
        {SMTP_DATA, 451, true, TD_V_TEMPORARY, "4.3.0 later"},
        {SMTP_CONNECTING, 554, false, TD_V_TEMPORARY, "no"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct smtp_result r;
        smtp_judge(&r, rows[i].stage, rows[i].code, rows[i].text, rows[i].all_sent);
        if (r.kind != rows[i].kind)
            fail_msg("%d %s: %u", rows[i].code, rows[i].text, r.kind);
    }
    struct smtp_result r;
    smtp_judge(&r, SMTP_RECIPIENT, 550, "5.1.1 nobody\r\n", false);
    assert_string_equal(r.code, "550 5.1.1");
}

static void test_covered(void **state) {
    (void)state;
    struct covered x = {7, 100, 5000}, got;
    struct td_str inbox = TD_STR("INBOX"), sent = TD_STR("Sent Items"), text = TD_STR("");
    assert_false(covered_find(text, inbox, &got));
    text = covered_put(a, text, inbox, &x);
    text = covered_put(a, text, sent, &(struct covered){9, 3, 0});
    assert_true(covered_find(text, inbox, &got));
    assert_memory_equal(&got, &x, sizeof x);
    assert_true(covered_has(&got, 7, 100, 5000));
    assert_false(covered_has(&got, 8, 100, 5000)); /* another mailbox of that name */
    assert_false(covered_has(&got, 7, 101, 5000)); /* came into the folder later */
    assert_false(covered_has(&got, 7, 100, 4999)); /* before what was asked for */
    assert_false(covered_has(&(struct covered){0}, 0, 0, 0));
    /* more of the past replaces, less of it does not, a mailbox made anew does */
    text = covered_put(a, text, inbox, &(struct covered){7, 120, 6000});
    assert_true(covered_find(text, inbox, &got) && got.uid == 100);
    text = covered_put(a, text, inbox, &(struct covered){7, 120, 4000});
    assert_true(covered_find(text, inbox, &got) && got.uid == 120 && got.since_s == 4000);
    text = covered_put(a, text, inbox, &(struct covered){8, 1, 9000});
    assert_true(covered_find(text, inbox, &got) && got.validity == 8);
    assert_true(covered_find(text, sent, &got) && got.uid == 3);
    for (int i = 0; i < COVERED_FOLDERS_MAX; i++)
        text = covered_put(a, text, td_arena_printf(a, "folder %d", i), &x);
    assert_false(covered_find(text, sent, &got));
    assert_true(text.n < 3000);
    assert_false(covered_find(TD_STR("v1 x y\nv2\n\n"), inbox, &got));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_imap_literal), cmocka_unit_test(test_imap_limits),
        cmocka_unit_test(test_tokens),       cmocka_unit_test(test_mail_in),
        cmocka_unit_test(test_mime_out),     cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_verdicts),     cmocka_unit_test(test_covered)};
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
