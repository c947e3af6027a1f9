/* Why an item waits, as it is when somebody asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static const char *const support[] = {"support"};

static void says(struct fix *f, uint64_t conv, const char *part) {
    fix_lead(f, "lead", CMD_WORK_WHY, (struct act){.conv = conv});
    char text[600];
    snprintf(text, sizeof text, "%.*s", TD_FMT(f->result.text));
    if (!f->result.ok || !strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static void test_now_and_not_then(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_visitor(&f, "v", "Hello?");
    uint64_t conv = f.result.conv;
    says(&f, conv, "Nobody serves the queue support");
    fix_agent_of(&f, "anna", support, 1);
    says(&f, conv, "It is offered to anna");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    fix_wait(&f, 5000);
    says(&f, conv, "It has waited 5 s. ");
    says(&f, conv, "1 agent could take it: 1 is paused");
    /* nothing happens to the item, and still the answer is another */
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    says(&f, conv, "1 is out");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    fix_accept(&f, "anna", conv);
    says(&f, conv, "It is with anna");
    fix_lead(&f, "lead", CMD_WORK_RESOLVE, (struct act){.conv = conv});
    says(&f, conv, "It is in wrap-up with anna");
    fix_wait(&f, 60000);
    says(&f, conv, "It is over");
    fix_close(&f);
}

static void test_what_comes_next(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].max_wait_ms = 300000;
    fix_config(&f, &p.p);
    fix_visitor(&f, "v", "Hello?");
    uint64_t conv = f.result.conv;
    fix_wait(&f, 60000);
    says(&f, conv, "In 4 min the customer may leave a message.");
    p.queues[0].overflow = S("second");
    fix_config(&f, &p.p);
    says(&f, conv, "In 4 min it goes to the queue second.");
    fix_close(&f);
}

static void test_who_may_ask(void **state) {
    static const char *const mail[] = {"mail"};
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent_of(&f, "bob", mail, 1);
    fix_visitor(&f, "v", "Hello?");
    fix_act(&f, "bob", CMD_WORK_WHY, (struct act){.conv = f.result.conv});
    assert_true(td_str_eqz(f.result.error, "forbidden"));
    fix_act(&f, "bob", CMD_WORK_WHY, (struct act){.conv = 999});
    assert_true(td_str_eqz(f.result.error, "not-found"));
    assert_int_equal(fix_count(&f, FX_PUT), 0); /* a question changes nothing */
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_now_and_not_then),
        cmocka_unit_test(test_what_comes_next),
        cmocka_unit_test(test_who_may_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
