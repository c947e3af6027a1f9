/* The descriptor of web chat. There is nothing to run: src/edge/visitor_socket.c serves the
 * visitors' sockets, which speak the protocol of README.md, and what agents write reaches them as
 * events. */
#include <tandem/connector.h>

static const struct td_setting settings[] = {
    {.name = "origins",
     .type = TD_S_LIST,
     .flags = TD_SET_REQUIRED,
     .help = "The pages that may carry the widget: exact origins such as https://www.example.org."},
    {.name = "greeting",
     .type = TD_S_TEXT,
     .help = "What stands above an empty conversation; empty: the widget's own words."},
    {.name = "form",
     .type = TD_S_MAP,
     .help = "Asked before the first message: id → label; a label that ends in * must be filled "
             "in. The id email asks for an address."},
    {0}};

static int check_origins(const struct td_settings *s, struct td_error *err) {
    const struct td_str *v;
    size_t n = td_settings_list(s, "origins", &v);
    if (n == 0)
        return td_error_set(err, TD_EINVAL, "origins: empty: no page could use the channel");
    for (size_t i = 0; i < n; i++) {
        size_t scheme = td_str_starts(v[i], TD_STR("https://"))  ? 8
                        : td_str_starts(v[i], TD_STR("http://")) ? 7
                                                                 : 0;
        if (!scheme || v[i].n == scheme || memchr(v[i].p + scheme, '/', v[i].n - scheme) ||
            memchr(v[i].p, '*', v[i].n))
            return td_error_set(err, TD_EINVAL,
                                "origins: found \"%.*s\", expected an exact origin such as "
                                "https://www.example.org, without a path",
                                TD_FMT(td_str_cut(v[i], 60)));
    }
    return TD_OK;
}

static int check(const struct td_settings *s, struct td_error *err) {
    const struct td_str *pairs;
    size_t n = td_settings_map(s, "form", &pairs);
    if (n > 20)
        return td_error_set(err, TD_EINVAL, "form: more than 20 fields");
    for (size_t i = 0; i < n; i++)
        if (!pairs[2 * i].n || pairs[2 * i].n > 64 || !pairs[2 * i + 1].n)
            return td_error_set(err, TD_EINVAL, "form: an id or a label is empty or too long");
    if (td_settings_text(s, "greeting").n > 500)
        return td_error_set(err, TD_EINVAL, "greeting: longer than 500 bytes");
    return check_origins(s, err);
}

const struct td_connector webchat_connector = {.name = "webchat",
                                               .title = "Web chat",
                                               .help = "A chat widget for one's own pages.",
                                               .kind = "chat",
                                               .address_type = "visitor",
                                               .capabilities = TD_CAN_LIVE | TD_CAN_RECEIPTS,
                                               .length_unit = TD_LEN_GRAPHEMES,
                                               .max_length = 4000,
                                               .settings = settings,
                                               .check = check};
