#include "base/fields.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The formats below are put together here from pieces of one that the compiler has checked. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

struct sink {
    char *p;
    size_t n, cap; /* cap counts a NUL, which snprintf writes */
    bool quoted, converted, text;
};

static void put_byte(struct sink *s, char c) {
    if (s->n + 1 < s->cap)
        s->p[s->n++] = c;
}

/* snprintf's result says what it would have liked to write. */
static void wrote(struct sink *s, int n) {
    if (n < 0)
        return;
    size_t room = s->cap - s->n - 1;
    s->n += (size_t)n < room ? (size_t)n : room;
}

#define PUT(s, spec, arg) wrote((s), snprintf((s)->p + (s)->n, (s)->cap - (s)->n, (spec), (arg)))

enum length { INT, CHAR, SHORT, LONG, LONG_LONG, INTMAX, SIZE, PTRDIFF, LONG_DOUBLE };

static enum length read_length(const char **f) {
    static const struct {
        char text[3];
        enum length is;
    } all[] = {{"hh", CHAR},  {"h", SHORT}, {"ll", LONG_LONG}, {"l", LONG},
               {"j", INTMAX}, {"z", SIZE},  {"t", PTRDIFF},    {"L", LONG_DOUBLE}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t n = strlen(all[i].text);
        if (strncmp(*f, all[i].text, n) != 0)
            continue;
        *f += n;
        return all[i].is;
    }
    return INT;
}

static intmax_t signed_arg(struct fields *it, enum length length) {
    switch (length) {
    case CHAR:
        return (signed char)va_arg(it->args, int);
    case SHORT:
        return (short)va_arg(it->args, int);
    case LONG:
        return va_arg(it->args, long);
    case LONG_LONG:
        return va_arg(it->args, long long);
    case INTMAX:
        return va_arg(it->args, intmax_t);
    case SIZE:
    case PTRDIFF:
        return va_arg(it->args, ptrdiff_t);
    default:
        return va_arg(it->args, int);
    }
}

static uintmax_t unsigned_arg(struct fields *it, enum length length) {
    switch (length) {
    case CHAR:
        return (unsigned char)va_arg(it->args, unsigned);
    case SHORT:
        return (unsigned short)va_arg(it->args, unsigned);
    case LONG:
        return va_arg(it->args, unsigned long);
    case LONG_LONG:
        return va_arg(it->args, unsigned long long);
    case INTMAX:
        return va_arg(it->args, uintmax_t);
    case SIZE:
    case PTRDIFF:
        return va_arg(it->args, size_t);
    default:
        return va_arg(it->args, unsigned);
    }
}

/* One argument, by a spec that has all but its length and its conversion. false: unknown. */
static bool put_arg(struct fields *it, struct sink *s, struct sink *spec, enum length length,
                    char conversion) {
    if (strchr("diuoxX", conversion))
        put_byte(spec, 'j');
    if (strchr("aAeEfFgG", conversion) && length == LONG_DOUBLE)
        put_byte(spec, 'L');
    put_byte(spec, conversion);
    spec->p[spec->n] = '\0';
    switch (conversion) {
    case 'd':
    case 'i':
        PUT(s, spec->p, signed_arg(it, length));
        return true;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        PUT(s, spec->p, unsigned_arg(it, length));
        return true;
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        if (length == LONG_DOUBLE)
            PUT(s, spec->p, va_arg(it->args, long double));
        else
            PUT(s, spec->p, va_arg(it->args, double));
        return true;
    case 'p':
        s->text = true;
        PUT(s, spec->p, va_arg(it->args, void *));
        return true;
    case 'c':
        if (length != INT)
            return false;
        s->text = true;
        PUT(s, spec->p, va_arg(it->args, int));
        return true;
    case 's': {
        if (length != INT)
            return false;
        s->text = true;
        const char *arg = va_arg(it->args, const char *);
        PUT(s, spec->p, arg ? arg : "(null)");
        return true;
    }
    case 'm':
        s->text = true;
        errno = it->errno_value;
        PUT(s, spec->p, 0); /* takes no argument; a spare one does no harm */
        return true;
    default:
        return false;
    }
}

/* A number of the spec, or the argument that a * stands for. */
static int read_number(struct fields *it, const char **f) {
    if (**f == '*') {
        (*f)++;
        return va_arg(it->args, int);
    }
    int n = 0;
    for (; **f >= '0' && **f <= '9'; (*f)++)
        if (n < 100000)
            n = n * 10 + (**f - '0');
    return n;
}

/* One conversion, f past its %. Where it cannot tell what the argument is, it gives up the rest of
 * the format: all arguments after it would be wrong. */
static const char *convert(struct fields *it, struct sink *s, const char *f) {
    char text[48];
    struct sink spec = {.p = text, .cap = sizeof text};
    if (*f == '%') {
        put_byte(s, '%');
        return f + 1;
    }
    s->converted = true;
    put_byte(&spec, '%');
    for (size_t flags = 0; *f && strchr("-+ #0'", *f); f++)
        if (flags++ < 8)
            put_byte(&spec, *f);
    /* A width of 0 would be a flag; one below 0 is a flag and a width, as printf has it. */
    int width = read_number(it, &f);
    if (width)
        PUT(&spec, "%d", width);
    if (*f == '.') {
        f++;
        int precision = read_number(it, &f);
        if (precision >= 0)
            PUT(&spec, ".%d", precision);
    }
    enum length length = read_length(&f);
    if (*f && put_arg(it, s, &spec, length, *f))
        return f + 1;
    put_byte(s, '?');
    return f + strlen(f);
}

/* Up to a byte of `stops` that stands outside of quotes. */
static void expand(struct fields *it, struct sink *s, const char *stops) {
    const char *f = it->fmt;
    for (bool inside = false; *f && (inside || !strchr(stops, *f));) {
        char c = *f++;
        if (c == '"') {
            inside = !inside;
            s->quoted = true;
        } else if (c == '%') {
            f = convert(it, s, f);
        } else {
            put_byte(s, c);
        }
    }
    it->fmt = f;
}

bool fields_next(struct fields *it, struct field *out) {
    while (*it->fmt == ' ')
        it->fmt++;
    if (!*it->fmt)
        return false;
    /* What comes first is a key only when a "=" follows, and may be a long text when none does. */
    struct sink value = {.p = out->value, .cap = sizeof out->value};
    struct sink key = {.p = out->key, .cap = sizeof out->key};
    expand(it, &value, "= ");
    bool pair = *it->fmt == '=';
    bool detail = !pair && value.converted;
    const char *name = detail ? "detail" : out->value;
    size_t name_n = detail ? strlen(name) : value.n;
    for (size_t i = 0; i < name_n; i++)
        put_byte(&key, name[i]);
    if (pair) {
        it->fmt++;
        value = (struct sink){.p = out->value, .cap = sizeof out->value};
        expand(it, &value, " ");
    }
    out->key_n = key.n;
    out->value_n = value.n;
    out->quoted = value.quoted;
    out->text = value.text;
    out->bare = !pair && !detail;
    return true;
}
