/* Log lines, read back from a pipe in the place of stderr. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tandem/log.h>
#include <tandem/str.h>
#include <unistd.h>
#include <wchar.h>

static int pipe_ends[2], real_stderr;
static char got[1 << 16];

static void catch (void) {
    assert_int_equal(pipe(pipe_ends), 0);
    real_stderr = dup(STDERR_FILENO);
    assert_int_equal(dup2(pipe_ends[1], STDERR_FILENO), STDERR_FILENO);
}

/* All that was written since catch(). */
static const char *caught(void) {
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(pipe_ends[1]);
    size_t n = 0;
    for (ssize_t k; (k = read(pipe_ends[0], got + n, sizeof got - 1 - n)) > 0;)
        n += (size_t)k;
    close(pipe_ends[0]);
    got[n] = '\0';
    assert_int_equal(strlen(got), n);
    return got;
}

/* The line behind the time, which has a known form. */
static const char *caught_after_time(void) {
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    const char *line = caught();
    bool json = *line == '{';
    const char *start = json ? "{\"ts\":\"" : "ts=";
    assert_int_equal(strncmp(line, start, strlen(start)), 0);
    line += strlen(start);
    for (const char *f = form; *f; f++, line++) {
        if (*f == 'd')
            assert_true(*line >= '0' && *line <= '9');
        else
            assert_int_equal(*line, *f);
    }
    return line + (json ? 2 : 1);
}

#define ASSERT_LOGS(json, expected, ...)                                                           \
    do {                                                                                           \
        td_log_setup(TD_DEBUG, json);                                                              \
        catch ();                                                                                  \
        td_log(__VA_ARGS__);                                                                       \
        assert_string_equal(caught_after_time(), expected "\n");                                   \
    } while (0)
/* Of a line of no interest but for its fields. */
#define ASSERT_LOGFMT(expected, ...)                                                               \
    ASSERT_LOGS(0, "level=info mod=m msg=x" expected, TD_INFO, "m", "x", __VA_ARGS__)
#define ASSERT_JSON(expected, ...)                                                                 \
    ASSERT_LOGS(1, "\"level\":\"info\",\"mod\":\"m\",\"msg\":\"x\"" expected "}", TD_INFO, "m",    \
                "x", __VA_ARGS__)

static void test_the_form(void **state) {
    (void)state;
    unsigned long long term = 7;
    ASSERT_LOGS(0, "level=info mod=engine msg=\"took the lease\" term=7", TD_INFO, "engine",
                "took the lease", "term=%llu", term);
    ASSERT_LOGS(1, "\"level\":\"info\",\"mod\":\"engine\",\"msg\":\"took the lease\",\"term\":7}",
                TD_INFO, "engine", "took the lease", "term=%llu", term);
}

static void test_levels(void **state) {
    (void)state;
    ASSERT_LOGS(0, "level=debug mod=m msg=x", TD_DEBUG, "m", "x", " ");
    ASSERT_LOGS(0, "level=warn mod=m msg=x", TD_WARN, "m", "x", " ");
    ASSERT_LOGS(0, "level=error mod=m msg=x", TD_ERROR, "m", "x", " ");
    td_log_setup(TD_WARN, 0);
    catch ();
    td_log(TD_DEBUG, "m", "x", "n=%d", 1);
    td_log(TD_INFO, "m", "x", "n=%d", 2);
    assert_string_equal(caught(), "");
    catch ();
    td_log(TD_WARN, "m", "x", "n=%d", 3);
    assert_non_null(strstr(caught(), "level=warn mod=m msg=x n=3\n"));
}

static void test_no_fields(void **state) {
    (void)state;
    ASSERT_LOGFMT("", "");
    ASSERT_JSON("", "");
    ASSERT_LOGFMT("", "  ");
}

static void test_numbers(void **state) {
    (void)state;
    ASSERT_LOGFMT(" a=-1 b=2 c=3 d=4", "a=%d b=%u c=%zu d=%" PRIu64, -1, 2u, (size_t)3,
                  (uint64_t)4);
    ASSERT_LOGFMT(" a=-128 b=255 c=-1 d=65535", "a=%hhd b=%hhu c=%hd d=%hu", (signed char)-128,
                  (unsigned char)255, (short)-1, (unsigned short)65535);
    ASSERT_LOGFMT(" a=-5 b=5 c=-6 d=6", "a=%ld b=%lu c=%lld d=%llu", -5L, 5UL, -6LL, 6ULL);
    ASSERT_LOGFMT(" a=-7 b=7 c=-8 d=-9", "a=%jd b=%ju c=%td d=%zd", (intmax_t)-7, (uintmax_t)7,
                  (ptrdiff_t)-8, (ssize_t)-9);
    ASSERT_LOGFMT(" a=ff b=0XFF c=17 d=0007", "a=%x b=%#X c=%o d=%04d", 255u, 255u, 15u, 7);
    ASSERT_LOGFMT(" a=1.50 b=2.5 c=3.25 d=1e+20", "a=%.2f b=%g c=%Lg d=%g", 1.5, 2.5, 3.25L, 1e20);
    ASSERT_LOGFMT(" a=18446744073709551615 b=-9223372036854775808", "a=%" PRIu64 " b=%" PRId64,
                  UINT64_MAX, INT64_MIN);
    ASSERT_LOGFMT(" rate=50% n=1", "rate=%d%% n=%d", 50, 1);
    ASSERT_LOGFMT(" took=12ms", "took=%dms", 12);
}

static void test_widths(void **state) {
    (void)state;
    ASSERT_LOGFMT(" a=\"   42\" b=\"42   \" c=\"42   \" d=00042", "a=%*d b=%-5d c=%*d d=%0*d", 5,
                  42, 42, -5, 42, 5, 42);
    ASSERT_LOGFMT(" a=abc b=ab c=abcdef d=3.142", "a=%.3s b=%.*s c=%.*s d=%.*f", "abcdef", 2,
                  "abcdef", -1, "abcdef", 3, 3.14159);
    /* Not NUL-terminated: no byte behind the precision is read. */
    char tight[3] = {'x', 'y', 'z'};
    ASSERT_LOGFMT(" s=xyz n=1", "s=%.*s n=%d", 3, tight, 1);
    struct td_str absent = {NULL, 0};
    ASSERT_LOGFMT(" s=\"\" n=1", "s=%.*s n=%d", TD_FMT(absent), 1);
}

static void test_json_types(void **state) {
    (void)state;
    ASSERT_JSON(",\"a\":-1,\"b\":1.5,\"c\":1e+20", "a=%d b=%.1f c=%g", -1, 1.5, 1e20);
    /* A string stays one when it looks like a number: a field has one type. */
    ASSERT_JSON(",\"a\":\"12\",\"b\":\"true\",\"c\":\"7\"", "a=%s b=%s c=\"%d\"", "12", "true", 7);
    ASSERT_JSON(",\"a\":\"0012\",\"b\":\"ff\",\"c\":\"12ms\"", "a=%04d b=%x c=%dms", 12, 255u, 12);
    double infinite = 1e308 * 10;
    ASSERT_JSON(",\"a\":\"inf\",\"b\":\"+1\"", "a=%f b=%+d", infinite, 1);
    ASSERT_JSON(",\"a\":\"\",\"b\":\"x\"", "a=%s b=%c", "", 'x');
    ASSERT_JSON(",\"a\":1e5,\"b\":\"1e\",\"c\":\"1e+\",\"d\":\"1.\",\"e\":\"-\",\"f\":-0.5E-2",
                "a=%de5 b=1e c=1e+ d=1. e=- f=-0.5E-2", 1);
    ASSERT_JSON(",\"dry\":true,\"n\":1", "dry n=%d", 1);
}

static void test_quotes_where_needed(void **state) {
    (void)state;
    ASSERT_LOGFMT(" a=plain b=\"two words\" c=\"\" d=\"k=v\"", "a=%s b=%s c=%s d=%s", "plain",
                  "two words", "", "k=v");
    ASSERT_LOGFMT(" a=\"plain\" b=\"to you\"", "a=\"%s\" b=\"to %s\"", "plain", "you");
    ASSERT_LOGFMT(" p=\"C:\\\\dir\"", "p=%s", "C:\\dir");
    ASSERT_LOGFMT(" name=\"Gr\xc3\xbc\xc3\x9f"
                  "e\"",
                  "name=%s",
                  "Gr\xc3\xbc\xc3\x9f"
                  "e");
}

/* A value from outside ends no line, no quotes, no field. */
static void test_values_cannot_forge(void **state) {
    (void)state;
    ASSERT_LOGFMT(" from=\"x level=error admin=1\" n=1", "from=%s n=%d", "x level=error admin=1",
                  1);
    ASSERT_LOGFMT(" from=\"x\\\" level=\\\"error\" n=1", "from=\"%s\" n=%d", "x\" level=\"error",
                  1);
    ASSERT_LOGFMT(" from=\"x\\nts=1 level=error\"", "from=%s", "x\nts=1 level=error");
    ASSERT_JSON(",\"from\":\"x\\\",\\\"admin\\\":true,\\\"\"", "from=%s", "x\",\"admin\":true,\"");
    ASSERT_JSON(",\"from\":\"\\\\\\\"\"", "from=%s", "\\\"");
    ASSERT_LOGFMT(" a=\"%s%n\" b=1", "a=\"%s\" b=%d", "%s%n", 1);
}

static void test_control_characters_are_escaped(void **state) {
    (void)state;
    ASSERT_LOGFMT(" a=\"\\n\\r\\t\"", "a=%s", "\n\r\t");
    ASSERT_LOGFMT(" a=\"\\u001b[31mred\\u0007\\u0008\\u007f\"", "a=%s", "\x1b[31mred\a\b\x7f");
    /* C1 (a terminal takes U+009B as ESC [), the line and the paragraph separator. */
    ASSERT_LOGFMT(" a=\"\\u0080\\u009b\\u009f\xc2\xa0\"", "a=%s",
                  "\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0");
    ASSERT_JSON(",\"a\":\"\\u2028\\u2029\xe2\x80\xaa\"", "a=%s",
                "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa");
    ASSERT_LOGS(0, "level=info mod=\"m\\n\" msg=\"x\\ny\"", TD_INFO, "m\n", "x\ny", " ");
    for (int c = 1; c < 256; c++) {
        td_log_setup(TD_INFO, c & 1);
        catch ();
        td_log(TD_INFO, "m", "x", "v=%c w=\"%c\"", c, c);
        struct td_str line = td_str_of(caught());
        assert_true(td_str_is_utf8(line));
        assert_int_equal(line.p[line.n - 1], '\n');
        for (size_t i = 0; i + 1 < line.n; i++)
            assert_true(line.p[i] >= ' ' && line.p[i] != 0x7f);
    }
}

static void test_what_is_no_utf8_is_replaced(void **state) {
    (void)state;
    ASSERT_JSON(",\"a\":\"x\\ufffdy\\ufffd\\ufffdz\"", "a=%s", "x\xffy\xe2\x82z");
    ASSERT_LOGFMT(" a=\"\\ufffd\\ufffd\\ufffd\" n=1", "a=%s n=%d", "\xed\xa0\x80", 1);
    ASSERT_LOGFMT(" a=\"\xf0\x9f\x91\x8b\\ufffd\\ufffd\"", "a=%.*s", 6,
                  "\xf0\x9f\x91\x8b\xf0\x9f\x91\x8b");
}

static void test_odd_formats(void **state) {
    (void)state;
    ASSERT_LOGFMT(" a=1 b=2", "  a=%d   b=%d  ", 1, 2);
    ASSERT_LOGFMT(" detail=\"all in one\"", "%s", "all in one");
    ASSERT_LOGFMT(" k7=v", "k%d=%s", 7, "v");
    ASSERT_LOGFMT(" k_l=v", "%s=%s", "k\nl", "v");
    ASSERT_JSON(",\"a_b\":1", "a\"%s\"b=%d", "\n", 1);
    const char *volatile null = NULL;
    ASSERT_LOGFMT(" a=(null) b=1", "a=%s b=%d", null, 1);
    ASSERT_LOGFMT(" p=0x10", "p=%p", (void *)16);
    errno = EMFILE;
    ASSERT_LOGFMT(" e=\"Too many open files\"", "e=%m");
    /* Wide characters are not for logs; nothing behind them can be read. */
    ASSERT_LOGFMT(" a=1 b=?", "a=%d b=%ls c=%d", 1, L"wide", 2);
    ASSERT_LOGFMT(" a=1 b=?", "a=%d b=%lc c=%d", 1, (wint_t)L'w', 2);
    ASSERT_LOGFMT(" url=\"http://h/?a=1\"", "url=http://%s", "h/?a=1");
    ASSERT_LOGFMT(" open=\"x y=1\"", "open=\"%s y=%d", "x", 1);
}

static void test_a_long_line_is_cut_and_closed(void **state) {
    (void)state;
    static char text[10000];
    /* All alignments: of the cut with an escape, with a 3-byte character, with a field's start. */
    for (size_t n = 3800; n < 4200; n++) {
        for (int json = 0; json < 2; json++) {
            memset(text, 'x', n);
            memcpy(text + n, "\n\xe2\x82\xac\xe2\x82\xac\"", 9);
            td_log_setup(TD_INFO, json);
            catch ();
            td_log(TD_INFO, "m", "x", "text=%s n=%zu tail=%s", text, n, "end");
            struct td_str line = td_str_of(caught());
            assert_true(line.n <= 4096);
            assert_true(td_str_is_utf8(line));
            assert_ptr_equal(memchr(line.p, '\n', line.n), line.p + line.n - 1);
            bool whole = strstr(line.p, json ? "\"end\"}\n" : "tail=end\n");
            bool cut = strstr(line.p, json ? ",\"truncated\":true}\n" : " truncated=true\n");
            assert_true(whole != cut);
            size_t quotes = 0;
            for (size_t i = 0; i < line.n; i++)
                quotes += line.p[i] == '"' && line.p[i - 1] != '\\';
            assert_int_equal(quotes % 2, 0);
        }
    }
    memset(text, '\x01', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    td_log_setup(TD_INFO, 1);
    catch ();
    td_log(TD_INFO, "m", text, "a=%s", text);
    assert_true(strlen(caught()) <= 4096);
    assert_non_null(strstr(got, "\\u0001\",\"truncated\":true}\n"));
}

static void test_errno_is_left_alone(void **state) {
    (void)state;
    td_log_setup(TD_INFO, 0);
    catch ();
    int kept = dup(STDERR_FILENO);
    close(STDERR_FILENO); /* writes fail */
    errno = ENOENT;
    td_log(TD_INFO, "m", "x", "a=%d", 1);
    assert_int_equal(errno, ENOENT);
    dup2(kept, STDERR_FILENO);
    close(kept);
    assert_string_equal(caught(), "");
}

#define THREADS 4
#define LINES 300

static void *log_many(void *arg) {
    for (int i = 0; i < LINES; i++)
        td_log(TD_INFO, "m", "x", "who=%d i=%d pad=%0200d end=1", *(int *)arg, i, 0);
    return NULL;
}

/* Lines of several threads do not mix, each thread's come in order. */
static void test_threads(void **state) {
    (void)state;
    td_log_setup(TD_INFO, 0);
    char path[] = "/tmp/test_log.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    real_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    pthread_t t[THREADS];
    int id[THREADS], next[THREADS] = {0}, lines = 0;
    for (int i = 0; i < THREADS; i++) {
        id[i] = i;
        assert_int_equal(pthread_create(&t[i], NULL, log_many, &id[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    lseek(fd, 0, SEEK_SET);
    FILE *f = fdopen(fd, "r");
    for (char line[5000]; fgets(line, sizeof line, f); lines++) {
        int who, i;
        const char *at = strstr(line, " msg=x who=");
        assert_non_null(at);
        assert_int_equal(sscanf(at, " msg=x who=%d i=%d pad=", &who, &i), 2);
        assert_int_equal(strcmp(line + strlen(line) - 7, " end=1\n"), 0);
        assert_int_equal(next[who]++, i);
    }
    fclose(f);
    assert_int_equal(lines, THREADS * LINES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_form),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_no_fields),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_json_types),
        cmocka_unit_test(test_quotes_where_needed),
        cmocka_unit_test(test_values_cannot_forge),
        cmocka_unit_test(test_control_characters_are_escaped),
        cmocka_unit_test(test_what_is_no_utf8_is_replaced),
        cmocka_unit_test(test_odd_formats),
        cmocka_unit_test(test_a_long_line_is_cut_and_closed),
        cmocka_unit_test(test_errno_is_left_alone),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
